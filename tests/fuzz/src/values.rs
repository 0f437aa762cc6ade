//! Canonical forms: canonicalising twice changes nothing, and printed values read back as themselves.

use netsieve::indicator::{DomainName, Pattern, PatternTarget, Url, UrlScratch};
use netsieve::limits::MAX_OBSERVABLE;
use netsieve::value::{Reject, domain, ip, refang, url};

/// Reads one value as every kind that it may be.
pub fn run(data: &[u8]) {
    if let Ok(addr) = ip::parse_addr(data) {
        assert_eq!(ip::canonical(addr), ip::canonical(ip::canonical(addr)));
        assert_eq!(ip::parse_addr(addr.to_string().as_bytes()), Ok(addr));
    }
    if let Ok(parsed) = ip::parse_net(data) {
        assert_eq!(parsed.net, parsed.net.trunc());
        assert_eq!(ip::parse_net(parsed.net.to_string().as_bytes()).map(|again| again.net), Ok(parsed.net));
    }
    if let Ok((first, last)) = ip::parse_range(data) {
        assert!(first <= last);
        assert_eq!(ip::parse_range(format!("{first}-{last}").as_bytes()), Ok((first, last)));
        let prefixes = ip::range_prefixes(first, last);
        assert_eq!(prefixes.first().map(|net| net.network()), Some(first));
        assert_eq!(prefixes.last().map(|net| net.broadcast()), Some(last));
    }
    let _ = (ip::parse_addr_port(data), ip::parse_url_v4(data));
    let mut scratch = String::new();
    if let Ok(name) = domain::canonicalise(data, &mut scratch) {
        let name = name.to_owned();
        assert_eq!(domain::canonicalise(name.as_bytes(), &mut String::new()), Ok(&*name));
        assert_eq!(DomainName::parse(data).map(|name| name.to_string()), Ok(name));
    }
    let mut scratch = UrlScratch::new();
    if let Ok(view) = url::canonicalise(data, &mut scratch) {
        let canonical = view.as_str().to_owned();
        let mut again = UrlScratch::new();
        match url::canonicalise(canonical.as_bytes(), &mut again) {
            Ok(twice) => {
                assert_eq!(twice.as_str(), canonical);
                assert_eq!(twice.host(), view.host());
                // A URL without a scheme has no default port, but its canonical form has a scheme and so gets one.
                if url::has_scheme(data) {
                    assert_eq!(twice.effective_port(), view.effective_port());
                }
            }
            Err(reject) => assert_outgrown(&canonical, reject),
        }
        assert_eq!(Url::parse(data).map(|url| url.to_string()), Ok(canonical));
    }
    let mut scratch = UrlScratch::new();
    if let Ok(target) = url::canonicalise_target(data, &mut scratch) {
        let target = target.to_owned();
        let mut again = UrlScratch::new();
        match url::canonicalise_target(target.as_bytes(), &mut again) {
            Ok(twice) => assert_eq!(twice, target),
            Err(reject) => assert_outgrown(&target, reject),
        }
    }
    let text = String::from_utf8_lossy(data);
    // Refanging makes up to four passes, and each takes away at least one bracket.
    if text.matches(['[', '(', '{', '\\', ']', ')', '}']).count() <= 4 {
        let once = refang::refang(&text).into_owned();
        assert_eq!(refang::refang(&once), once);
    }
    for target in [PatternTarget::Name, PatternTarget::UrlPath] {
        if let Ok(pattern) = Pattern::new(target, &text) {
            assert_eq!(Pattern::new(target, pattern.as_str()).map(|again| again.to_string()), Ok(pattern.to_string()));
        }
    }
}

/// A canonical form may be refused for one reason alone: its escapes made it longer than any text that is read.
fn assert_outgrown(canonical: &str, reject: Reject) {
    assert_eq!(reject, Reject::TooLong, "{canonical}");
    assert!(canonical.len() > MAX_OBSERVABLE, "{canonical}");
}
