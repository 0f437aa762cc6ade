//! The meaning of the words in a report: headings, introductions, labels, columns, and popular names.

use crate::indicator::Construct;

/// The meaning of a part of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Prose, in which only defanged values count.
    Text,
    /// A list or table of indicators.
    Indicators,
    /// Values that look like indicators but are not.
    Aside(Construct),
}

/// The lower-case words of a text. `C&C` is one word.
pub(super) fn split(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace("c&c", "c2").replace("command and control", "c2").replace("sha-", "sha");
    let is_end = |c: char| !c.is_alphanumeric();
    text.split(is_end).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Words that explicitly announce indicators.
fn is_outright(word: &str) -> bool {
    matches!(word, "ioc" | "iocs" | "c2" | "c2s" | "cnc" | "blocklist" | "blocklists" | "observable" | "observables")
        || word.starts_with("indicator")
        || word.starts_with("indikator")
        || word.starts_with("indicateur")
}

/// Plurals of kinds of values, which announce a list.
fn is_plural(word: &str) -> bool {
    matches!(
        word,
        "domains"
            | "hostnames"
            | "hosts"
            | "fqdns"
            | "ips"
            | "addresses"
            | "urls"
            | "hashes"
            | "servers"
            | "sites"
            | "domänen"
            | "adressen"
            | "networks"
            | "subnets"
    )
}

/// Words for kinds of values.
pub(super) fn is_kind(word: &str) -> bool {
    is_plural(word) || is_hash_name(word) || {
        matches!(
            word,
            "domain"
                | "hostname"
                | "host"
                | "fqdn"
                | "ip"
                | "ipv4"
                | "ipv6"
                | "address"
                | "url"
                | "uri"
                | "hash"
                | "cidr"
                | "subnet"
                | "value"
                | "email"
                | "server"
        )
    }
}

/// Names of hash algorithms.
pub(super) fn is_hash_name(word: &str) -> bool {
    hash_digits(word).is_some()
}

/// The length in hexadecimal digits of the hashes of an algorithm.
pub(super) fn hash_digits(name: &str) -> Option<usize> {
    match name {
        "md5" => Some(32),
        "sha1" => Some(40),
        "sha224" => Some(56),
        "sha256" => Some(64),
        "sha384" => Some(96),
        "sha512" => Some(128),
        _ => None,
    }
}

fn is_reference(word: &str) -> bool {
    matches!(
        word,
        "reference"
            | "references"
            | "sources"
            | "links"
            | "resources"
            | "bibliography"
            | "referenzen"
            | "quellen"
            | "footnotes"
            | "acknowledgements"
            | "acknowledgments"
            | "credits"
            | "advisories"
    )
}

fn is_contact(word: &str) -> bool {
    matches!(
        word,
        "contact"
            | "contacts"
            | "kontakt"
            | "imprint"
            | "impressum"
            | "disclaimer"
            | "legal"
            | "copyright"
            | "subscribe"
            | "feedback"
            | "press"
            | "author"
            | "authors"
            | "publisher"
            | "unsubscribe"
            | "signature"
    )
}

fn is_other(word: &str) -> bool {
    matches!(
        word,
        "summary"
            | "introduction"
            | "background"
            | "overview"
            | "analysis"
            | "conclusion"
            | "conclusions"
            | "recommendation"
            | "recommendations"
            | "mitigation"
            | "mitigations"
            | "detection"
            | "detections"
            | "remediation"
            | "timeline"
            | "technical"
            | "impact"
            | "affected"
            | "solution"
            | "workaround"
            | "workarounds"
            | "changelog"
            | "history"
            | "revision"
            | "revisions"
            | "abstract"
            | "victimology"
            | "attribution"
            | "outlook"
            | "glossary"
    )
}

/// The meaning that a heading gives to the text after it; `None` if it is unknown.
pub(super) fn heading(text: &str) -> Option<Part> {
    let words = split(text);
    let first = words.first()?;
    if is_reference(first) || text.to_lowercase().contains("further reading") || *first == "see" || *first == "more" {
        return Some(Part::Aside(Construct::Link));
    }
    if is_contact(first) || *first == "about" || words.iter().any(|word| word == "contact" || word == "copyright") {
        return Some(Part::Aside(Construct::Email));
    }
    // Excludes victims.
    if words.iter().any(|word| word == "affected" || word.starts_with("victim")) {
        return Some(Part::Text);
    }
    if words.iter().any(|word| is_outright(word) || is_plural(word) || is_hash_name(word) || *word == "infrastructure")
    {
        return Some(Part::Indicators);
    }
    if words.iter().any(|word| is_reference(word)) {
        return Some(Part::Aside(Construct::Link));
    }
    words.iter().any(|word| is_other(word)).then_some(Part::Text)
}

/// The meaning that a sentence ending in a colon gives to the list after it.
pub(super) fn introduction(text: &str) -> Option<Part> {
    let words = split(text);
    let last = words.last()?;
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    if matches!(&**last, "see" | "visit" | "at" | "to" | "via" | "read" | "here" | "under" | "siehe") {
        let is_contact = has("report") || has("contact") || has("send") || has("questions");
        return Some(Part::Aside(if is_contact { Construct::Email } else { Construct::Link }));
    }
    if says_contact(&words, true) {
        return Some(Part::Aside(Construct::Email));
    }
    if has("affected") || has("victim") || has("victims") || has("legitimate") || has("benign") {
        return Some(Part::Text);
    }
    if words.iter().any(|word| is_outright(word) || is_plural(word) || is_hash_name(word)) {
        return Some(Part::Indicators);
    }
    let is_listing = has("following") || has("block") || has("malicious");
    if is_listing && words.iter().any(|word| is_kind(word)) {
        return Some(Part::Indicators);
    }
    words.iter().any(|word| is_reference(word)).then_some(Part::Aside(Construct::Link))
}

/// The meaning that a label gives to the value after it (`SHA256: …`); `None` if it gives none.
pub(super) fn label(text: &str) -> Option<Part> {
    let words = split(text);
    if words.is_empty() || words.len() > 5 {
        return None;
    }
    if words.iter().any(|word| {
        is_contact(word)
            || matches!(&**word, "fingerprint" | "pgp" | "gpg" | "key" | "phone" | "tel" | "web" | "website")
    }) {
        return Some(Part::Aside(Construct::Email));
    }
    if words.iter().any(|word| {
        is_reference(word)
            || matches!(&**word, "source" | "link" | "see" | "blog" | "report" | "advisory" | "published")
    }) {
        return Some(Part::Aside(Construct::Link));
    }
    let is_taken = words.iter().any(|word| is_outright(word) || is_hash_name(word) || word == "malicious");
    is_taken.then_some(Part::Indicators)
}

/// Returns true if the sentence so far announces an address of the author. Names and URLs count only after phrases that
/// cannot refer to a threat.
pub(super) fn says_contact(words: &[String], is_email: bool) -> bool {
    const OURS: [&[&str]; 3] = [&["our", "website"], &["follow", "us"], &["visit", "us"]];
    const MAILS: [&[&str]; 9] = [
        &["contact", "us"],
        &["please", "contact"],
        &["contact", "our"],
        &["reach", "us"],
        &["email", "us"],
        &["mail", "us"],
        &["write", "to", "us"],
        &["questions"],
        &["report", "to"],
    ];
    let has = |sign: &[&str]| {
        words.windows(sign.len()).any(|window| window.iter().zip(sign).all(|(word, sign)| word == sign))
    };
    OURS.iter().any(|sign| has(sign))
        || is_email
            && (MAILS.iter().any(|sign| has(sign))
                || words.first().is_some_and(|word| word == "contact" || word == "report"))
}

/// Returns true for the closing of a mail, or a page's copyright line.
pub(super) fn is_farewell(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let ends = [
        "kind regards",
        "best regards",
        "regards,",
        "warm regards",
        "sincerely",
        "yours ",
        "cheers,",
        "best,",
        "mit freundlichen",
        "viele grüße",
        "cordialement",
    ];
    matches!(&*text, "--" | "-- " | "regards")
        || text.starts_with('©')
        || text.starts_with("(c) ")
        || text.starts_with("copyright ")
        || ends.iter().any(|end| text.starts_with(end))
}

/// The meaning of a column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// Indicators.
    Indicator,
    /// Values that look like indicators but are not.
    Aside(Construct),
    /// Notes about the indicators.
    Note,
    /// An unknown name.
    Unknown,
}

/// Looks up a column by its name.
pub(super) fn column(name: &str) -> Column {
    let words = split(name);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&&**word));
    if words.len() > 4 {
        return Column::Unknown;
    }
    if has(&["file", "filename", "path", "process"])
        && !words.iter().any(|word| is_hash_name(word) || word.starts_with("hash"))
    {
        return Column::Aside(Construct::FileName);
    }
    if has(&[
        "reference",
        "references",
        "source",
        "link",
        "links",
        "report",
        "advisory",
        "vendor",
        "reporter",
        "analysis",
        "more",
    ]) {
        return Column::Aside(Construct::Link);
    }
    if has(&["contact", "victim", "victims", "target", "targets", "customer", "registrant"]) {
        return Column::Aside(Construct::Email);
    }
    if has(&[
        "type",
        "kind",
        "category",
        "description",
        "comment",
        "comments",
        "note",
        "notes",
        "details",
        "context",
        "family",
        "malware",
        "date",
        "seen",
        "first",
        "last",
        "confidence",
        "tlp",
        "tag",
        "tags",
        "role",
        "remark",
        "remarks",
        "threat",
        "status",
        "port",
        "size",
        "asn",
        "country",
    ]) {
        return Column::Note;
    }
    if words.iter().any(|word| is_outright(word) || is_kind(word)) {
        return Column::Indicator;
    }
    Column::Unknown
}

/// Names used as examples, connection checks or download sites, which no report means as a whole.
const POPULAR: [&str; 44] = [
    "adobe.com",
    "amazon.com",
    "amazonaws.com",
    "apple.com",
    "bing.com",
    "bitbucket.org",
    "cloudflare.com",
    "discord.com",
    "discordapp.com",
    "dropbox.com",
    "duckduckgo.com",
    "facebook.com",
    "github.com",
    "githubusercontent.com",
    "gitlab.com",
    "gmail.com",
    "google.com",
    "googleapis.com",
    "gstatic.com",
    "hotmail.com",
    "icloud.com",
    "instagram.com",
    "linkedin.com",
    "live.com",
    "microsoft.com",
    "mozilla.org",
    "msn.com",
    "netflix.com",
    "office.com",
    "office365.com",
    "outlook.com",
    "paypal.com",
    "protonmail.com",
    "pastebin.com",
    "reddit.com",
    "telegram.org",
    "twitter.com",
    "whatsapp.com",
    "wikipedia.org",
    "windows.com",
    "windowsupdate.com",
    "x.com",
    "yahoo.com",
    "youtube.com",
];

/// Sites about threats, which reports cite and never warn of.
const ABOUT_THREATS: [&str; 14] = [
    "abuse.ch",
    "any.run",
    "attack.mitre.org",
    "bleepingcomputer.com",
    "cert.org",
    "cisa.gov",
    "cve.org",
    "hybrid-analysis.com",
    "joesandbox.com",
    "malpedia.caad.fkie.fraunhofer.de",
    "nist.gov",
    "tria.ge",
    "urlscan.io",
    "virustotal.com",
];

/// Returns true for a popular name, with or without `www.`.
pub(super) fn is_popular(host: &str) -> bool {
    POPULAR.contains(&host.strip_prefix("www.").unwrap_or(host))
}

/// Returns true if a host or one of its parents is a site about threats.
pub(super) fn is_about_threats(host: &str) -> bool {
    ABOUT_THREATS.iter().any(|name| is_beneath(host, name))
}

/// Returns true if a host is this name or under it.
pub(super) fn is_beneath(host: &str, name: &str) -> bool {
    host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Recognises `Page 3 of 7` at the edge of a page.
pub(super) fn is_page_number(text: &str) -> bool {
    let words = split(text);
    words.windows(2).any(|pair| {
        matches!(&*pair[0], "page" | "seite" | "página") && pair[1].bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings() {
        let link = Part::Aside(Construct::Link);
        let contact = Part::Aside(Construct::Email);
        for (text, part) in [
            ("Indicators of Compromise (IoCs)", Some(Part::Indicators)),
            ("IOCs", Some(Part::Indicators)),
            ("C&C servers", Some(Part::Indicators)),
            ("Command and Control", Some(Part::Indicators)),
            ("Domains", Some(Part::Indicators)),
            ("References", Some(link)),
            ("Further reading", Some(link)),
            ("About us", Some(contact)),
            ("Contact", Some(contact)),
            ("Technical Analysis", Some(Part::Text)),
            ("Affected hosts", Some(Part::Text)),
            ("The loader", None),
            ("", None),
        ] {
            assert_eq!(heading(text), part, "{text}");
        }
        for (text, part) in [
            ("Please block the following domains and addresses:", Some(Part::Indicators)),
            ("For more information on these domains see:", Some(link)),
            ("Please report incidents with these domains to:", Some(contact)),
            ("The loader does three things:", None),
            ("Affected hosts of our customer:", Some(Part::Text)),
        ] {
            assert_eq!(introduction(text), part, "{text}");
        }
        for (name, expected) in [
            ("Indicator", Column::Indicator),
            ("SHA-256", Column::Indicator),
            ("SHA256", Column::Indicator),
            ("IP address", Column::Indicator),
            ("Type", Column::Note),
            ("Source", Column::Aside(Construct::Link)),
            ("File name", Column::Aside(Construct::FileName)),
            ("Colour", Column::Unknown),
        ] {
            assert_eq!(column(name), expected, "{name}");
        }
    }

    #[test]
    fn names_that_everybody_knows() {
        assert!(is_popular("www.google.com") && is_popular("github.com") && !is_popular("evil.google.com"));
        assert!(is_about_threats("www.virustotal.com") && !is_about_threats("notvirustotal.com"));
    }
}
