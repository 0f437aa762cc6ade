//! `logscan check`: looks up single values.

use std::error::Error;
use std::io::{self, BufRead, IsTerminal, Write};
use std::net::IpAddr;

use netsieve::extract::{Context, ExtractOptions, Extractor, TokenKind};
use netsieve::render::{Escaped, JsonLines, Text};
use netsieve::sieve::Withheld;
use netsieve::value::refang::refang;
use netsieve::value::{DomainName, HostRef, Url, ip};
use netsieve::{Kind, Match, MatchOptions, Matcher, Reject, Sieve, Strength};
use serde_json::{Value, json};

use crate::Outcome;
use crate::cli::{AsOf, CheckArgs};
use crate::explain;
use crate::feeds;
use crate::networks::{self, Addresses, Networks};
use crate::say::json_line;

/// The most bytes of a value from standard input. No observable is longer.
const LONGEST: u64 = 16 * 1024;

pub(crate) fn run(args: &CheckArgs) -> Result<Outcome, Box<dyn Error>> {
    if args.values.is_empty() && (args.explain || io::stdin().is_terminal()) {
        return Err("no value given: name some, or write them to standard input, one per line".into());
    }
    if args.explain {
        return explain::run(args);
    }
    let sieve = args.set.load()?;
    let options = feeds::options(&args.filter)?;
    let mut check = Check {
        args,
        sieve: &sieve,
        matcher: sieve.matcher_with(&options),
        extractor: Extractor::new(ExtractOptions::default()),
        out: io::stdout().lock(),
        has_found: false,
    };
    let mut all_read = true;
    for value in &args.values {
        match value.as_str() {
            "-" => all_read &= check.lines(io::stdin().lock())?,
            value => check.value(value)?,
        }
    }
    if args.values.is_empty() {
        all_read &= check.lines(io::stdin().lock())?;
    }
    Ok(match check.has_found {
        _ if !all_read => Outcome::Failed,
        true => Outcome::Found,
        false => Outcome::Nothing,
    })
}

struct Check<'c, O> {
    args: &'c CheckArgs,
    sieve: &'c Sieve,
    matcher: Matcher,
    /// Finds the addresses that reverse names stand for.
    extractor: Extractor,
    out: O,
    has_found: bool,
}

/// The answer for a value.
struct Answer<'a> {
    /// The value as it was given.
    value: &'a str,
    kind: String,
    canonical: String,
    /// The address that it stands for, if it is a reverse name such as `7.2.0.192.in-addr.arpa`.
    reverse_of: Option<IpAddr>,
    /// It is a prefix with host bits, which do not count.
    has_host_bits: bool,
    /// The matches, each as a line of text or as an object.
    matches: Vec<Vec<u8>>,
    /// The first indicators within a prefix or a range, and the number of all of them.
    within: Option<(Vec<Value>, usize)>,
    /// The reason why there are no matches.
    why: Option<String>,
}

impl<'a> Answer<'a> {
    fn new(value: &'a str, kind: &str, canonical: String) -> Self {
        Self {
            value,
            kind: kind.to_owned(),
            canonical,
            reverse_of: None,
            has_host_bits: false,
            matches: Vec::new(),
            within: None,
            why: None,
        }
    }

    /// The answer for a text that is not a value.
    fn refused(value: &'a str, why: String) -> Self {
        Self { why: Some(why), ..Self::new(value, "", String::new()) }
    }
}

impl<O: Write> Check<'_, O> {
    /// Looks up the values of all lines. Returns true if all could be read.
    fn lines(&mut self, mut input: impl BufRead) -> Result<bool, Box<dyn Error>> {
        let (mut line, mut number, mut all_read) = (Vec::new(), 0_u64, true);
        loop {
            line.clear();
            number += 1;
            let read = io::Read::take(&mut input, LONGEST + 2).read_until(b'\n', &mut line);
            match read.map_err(|error| format!("standard input: {error}"))? {
                0 => return Ok(all_read),
                _ if !line.ends_with(b"\n") && line.len() as u64 > LONGEST => {
                    say!("logscan: standard input:{number}: a line of more than {LONGEST} bytes is not a value");
                    all_read = false;
                    input.skip_until(b'\n').map_err(|error| format!("standard input: {error}"))?;
                }
                _ => {
                    let text = String::from_utf8_lossy(&line);
                    if !text.trim().is_empty() {
                        self.value(text.trim())?;
                    }
                }
            }
        }
    }

    fn value(&mut self, listed: &str) -> Result<(), Box<dyn Error>> {
        let refanged = refang(listed);
        let value = mailbox(refanged.trim());
        let answer = match Addresses::read(value) {
            Err(reason) => Answer::refused(listed, reason.to_string()),
            Ok(Some(addresses)) => self.addresses(listed, addresses),
            Ok(None) => match domain_of(value) {
                Some(domain) => self.mail_address(listed, value, domain)?,
                None => self.single(listed, value)?,
            },
        };
        self.has_found |= !answer.matches.is_empty() || answer.within.as_ref().is_some_and(|(_, count)| *count > 0);
        Ok(self.write(&answer)?)
    }

    /// Looks up an address, a name or a URL. A reverse name is the address that it stands for, too.
    fn single<'a>(&mut self, listed: &'a str, value: &str) -> Result<Answer<'a>, Box<dyn Error>> {
        let read = self.matcher.classify(value).and_then(|kind| Ok((kind, self.matcher.canonical(value)?)));
        let (kind, canonical) = match read {
            Ok(read) => read,
            Err(reason) => {
                let meant = networks::meant(value).filter(|_| reason == Reject::BadPrefixLength);
                let meant = meant.map(|meant| format!(": {meant}")).unwrap_or_default();
                return Ok(Answer::refused(listed, format!("{reason}{meant}")));
            }
        };
        let mut answer = Answer::new(listed, kind.as_str(), canonical);
        answer.reverse_of = self.reverse_of(kind, &answer.canonical);
        let (args, sieve) = (self.args, self.sieve);
        let mut reasons: Vec<String> = Vec::new();
        for addr in std::iter::once(None).chain(answer.reverse_of.map(Some)) {
            let (value, matches) = match addr {
                None => (value.to_owned(), self.matcher.match_any(value)),
                Some(addr) => (addr.to_string(), self.matcher.match_ip(addr, None)),
            };
            let before = answer.matches.len();
            answer.matches.extend(matches.iter().map(|found| written(args, &found)));
            if answer.matches.len() == before {
                let withheld = matches.withheld();
                let why = why_not(args, sieve, &value, withheld)?;
                if !reasons.contains(&why) {
                    reasons.push(why);
                }
            }
        }
        if answer.matches.is_empty() {
            // A URL such as `192.0.2.0/24/` may have been meant as a network.
            reasons.extend(networks::meant(value).filter(|_| kind == Kind::Url));
            answer.why = Some(reasons.join("; "));
        }
        Ok(answer)
    }

    /// Returns the address that a name, or the host of a URL, stands for, if it is a reverse name.
    fn reverse_of(&mut self, kind: Kind, canonical: &str) -> Option<IpAddr> {
        let url = (kind == Kind::Url).then(|| Url::parse(canonical).ok()).flatten();
        let name = match (kind, url.as_ref().map(|url| url.view().host())) {
            (Kind::Domain, _) => canonical,
            (_, Some(HostRef::Domain(name))) => name,
            _ => return None,
        };
        let mut reverse_of = None;
        self.extractor.extract(name.as_bytes(), 0..name.len(), &mut |token| {
            if token.context == Context::ReverseName
                && let TokenKind::Ip(addr) = token.kind
            {
                reverse_of = Some(addr);
            }
        });
        reverse_of
    }

    /// Looks up a mail address: first the address itself, then its domain.
    fn mail_address<'a>(&mut self, listed: &'a str, value: &str, domain: &str) -> Result<Answer<'a>, Box<dyn Error>> {
        let mut answer = self.single(listed, domain)?;
        // A mail address at an IP address cannot be listed.
        answer.canonical = match self.matcher.classify(value) {
            Ok(Kind::Email) => self.matcher.canonical(value)?,
            _ => format!("{}@{}", &value[..value.len() - domain.len() - 1], answer.canonical),
        };
        answer.kind = Kind::Email.to_string();
        let args = self.args;
        let own: Vec<_> = self.matcher.match_email(value).iter().map(|found| written(args, &found)).collect();
        if !own.is_empty() {
            answer.why = None;
            answer.matches.splice(0..0, own);
        }
        Ok(answer)
    }

    /// Looks up a prefix or a range.
    fn addresses<'a>(&mut self, listed: &'a str, addresses: Addresses) -> Answer<'a> {
        let args = self.args;
        let Networks { covering, within, count, withheld } =
            Networks::find(self.sieve, &mut self.matcher, addresses, |found| written(args, found));
        let mut answer = Answer::new(listed, addresses.kind(), addresses.to_string());
        answer.has_host_bits = addresses.has_host_bits();
        answer.why = match covering.is_empty() && count == 0 {
            true if withheld > 0 => {
                Some(format!("{withheld} that cover it or lie within it are allowed or filtered out"))
            }
            true => Some("no indicator covers it, and none lies within it".to_owned()),
            false => None,
        };
        (answer.matches, answer.within) = (covering, Some((within, count)));
        answer
    }

    fn write(&mut self, answer: &Answer<'_>) -> io::Result<()> {
        let out = &mut self.out;
        if self.args.json {
            let matches: Vec<Value> =
                answer.matches.iter().map(|line| serde_json::from_slice(line)).collect::<Result<_, _>>()?;
            let mut object = json!({"value": answer.value});
            if !answer.kind.is_empty() {
                object["kind"] = answer.kind.as_str().into();
                object["canonical"] = answer.canonical.as_str().into();
            }
            if let Some(addr) = answer.reverse_of {
                object["reverse_of"] = addr.to_string().into();
            }
            if answer.has_host_bits {
                object["host_bits"] = true.into();
            }
            object["matches"] = matches.into();
            if let Some((within, count)) = &answer.within {
                object["within"] = within.clone().into();
                object["within_total"] = (*count).into();
            }
            if let Some(why) = &answer.why {
                object["why"] = why.as_str().into();
            }
            return json_line(out, &object);
        }
        write!(out, "{}", Escaped::new(answer.value))?;
        if !answer.kind.is_empty() {
            write!(out, ": {}", answer.kind)?;
            if answer.canonical != answer.value {
                write!(out, " = {}", Escaped::new(&answer.canonical))?;
            }
            if answer.has_host_bits {
                write!(out, " (host bits cleared)")?;
            }
            if let Some(addr) = answer.reverse_of {
                write!(out, ", the reverse name of {addr}")?;
            }
        }
        match &answer.why {
            Some(why) => writeln!(out, ": no match: {}", Escaped::new(why))?,
            None => writeln!(out)?,
        }
        for line in &answer.matches {
            out.write_all(b"  -> ")?;
            out.write_all(line)?;
            out.write_all(b"\n")?;
        }
        let Some((within, count)) = &answer.within else { return Ok(()) };
        for indicator in within {
            let text = |key: &str| Escaped::new(indicator[key].as_str().unwrap_or_default()).to_string();
            writeln!(out, "  {} {}  {}", text("place"), text("indicator"), text("sources"))?;
        }
        if *count > within.len() {
            writeln!(out, "  and {} more within it", count - within.len())?;
        }
        Ok(())
    }
}

fn written(args: &CheckArgs, found: &Match<'_>) -> Vec<u8> {
    let mut line = Vec::new();
    if args.json {
        JsonLines::new().matched(&mut line, found);
    } else {
        Text::new().matched(&mut line, found);
    }
    line
}

/// Returns the mail address in `Name <address>` or `<address>`, and any other value as it is.
fn mailbox(value: &str) -> &str {
    let inner = value.strip_suffix('>').and_then(|value| value.rsplit_once('<'));
    match inner.filter(|(name, _)| !name.contains("://")) {
        Some((_, inner)) if domain_of(inner).is_some() => inner,
        _ => value,
    }
}

/// Returns the domain of a mail address.
fn domain_of(value: &str) -> Option<&str> {
    let (local, domain) = value.rsplit_once('@')?;
    let is_local =
        !local.is_empty() && !local.contains(|c: char| c.is_whitespace() || matches!(c, '/' | ':' | '@' | '?' | '#'));
    let is_host = DomainName::parse(domain).is_ok() || ip::parse_addr(domain.as_bytes()).is_ok();
    (is_local && is_host).then_some(domain)
}

/// Explains why nothing is reported for a valid value.
pub(crate) fn why_not(
    args: &CheckArgs,
    sieve: &Sieve,
    value: &str,
    withheld: Withheld,
) -> Result<String, Box<dyn Error>> {
    let mut reasons = Vec::new();
    if withheld.allowed > 0 {
        let mut options = MatchOptions::default();
        options.filter.as_of = args.filter.as_of.and_then(AsOf::time);
        let entries = entries(&mut feeds::allowed(sieve)?.matcher_with(&options), value);
        reasons.push(format!("{} suppressed by what is allowed: {}", withheld.allowed, entries.join(", ")));
    }
    for (count, why) in [
        (withheld.filtered, "without an entry that passes --min-confidence and --as-of"),
        (withheld.host_only, "of URLs of which only the host was given (see --weak)"),
        (withheld.name_like, "on what looks like a file name (see --weak)"),
    ] {
        if count > 0 {
            reasons.push(format!("{count} {why}"));
        }
    }
    if reasons.is_empty() {
        reasons.push("no indicator covers it".to_owned());
        // The host may be listed with another port.
        let host =
            value.split_once("://").map_or(value, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or(value);
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let is_port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        let host = host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(host, _)| host);
        let mut matcher = sieve.matcher();
        let others: Vec<String> = matcher
            .match_any(host)
            .iter()
            .filter(|found| found.strength() == Strength::PortUnseen)
            .map(|found| found.indicator().to_string())
            .collect();
        if !others.is_empty() {
            reasons.push(format!("with other ports are listed: {}", others.join(", ")));
        }
    }
    Ok(reasons.join("; "))
}

/// The indicators that cover a value, each with its feeds and lines.
fn entries(matcher: &mut Matcher, value: &str) -> Vec<String> {
    let entry = |found: netsieve::Match<'_>| {
        let sources: Vec<String> = found.sources().map(|source| format!("{source:?}")).collect();
        format!("{} ({})", found.indicator(), sources.join(", "))
    };
    matcher.match_any(value).iter().map(entry).collect()
}
