//! `logscan check`: looks up single values.

use std::error::Error;
use std::io::{self, BufRead, IsTerminal, Write};

use netsieve::render::{Escaped, JsonLines, Text};
use netsieve::sieve::Withheld;
use netsieve::value::refang::refang;
use netsieve::value::{DomainName, ip};
use netsieve::{Kind, Match, MatchOptions, Matcher, Sieve, Strength};
use serde_json::{Value, json};

use crate::Outcome;
use crate::cli::{AsOf, CheckArgs};
use crate::explain;
use crate::feeds;
use crate::networks::{Addresses, Networks};
use crate::say::json_line;

/// The most bytes of a value from standard input. No observable is longer.
const LONGEST: u64 = 16 * 1024;

pub(crate) fn run(args: &CheckArgs) -> Result<Outcome, Box<dyn Error>> {
    let reads = args.values.is_empty() || args.values.iter().any(|value| value == "-");
    if args.values.is_empty() && (args.explain || io::stdin().is_terminal()) {
        return Err("no value is given: name some, or write them to standard input, one a line".into());
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
        out: io::stdout().lock(),
        has_found: false,
    };
    for value in &args.values {
        if value != "-" {
            check.value(value)?;
        }
    }
    let has_failed = reads && !check.lines(io::stdin().lock())?;
    Ok(match check.has_found {
        _ if has_failed => Outcome::Failed,
        true => Outcome::Found,
        false => Outcome::Nothing,
    })
}

struct Check<'c, O> {
    args: &'c CheckArgs,
    sieve: &'c Sieve,
    matcher: Matcher,
    out: O,
    has_found: bool,
}

/// The answer for a value.
struct Answer<'a> {
    /// The value as it was given.
    value: &'a str,
    kind: String,
    canonical: String,
    /// The matches, each as a line of text or as an object.
    matches: Vec<Vec<u8>>,
    /// The first indicators within a prefix or a range, and the number of all of them.
    within: Option<(Vec<Value>, usize)>,
    /// The reason why there are no matches.
    why: Option<String>,
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
                    say!("logscan: standard input:{number}: a line of more than {LONGEST} bytes is no value");
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
        let value = refanged.trim();
        let answer = if let Some(addresses) = Addresses::read(value) {
            self.addresses(listed, addresses)?
        } else if let Some(domain) = domain_of(value) {
            self.mail_address(listed, value, domain)?
        } else {
            self.single(listed, value)?
        };
        self.has_found |= !answer.matches.is_empty() || answer.within.as_ref().is_some_and(|(_, count)| *count > 0);
        Ok(self.write(&answer)?)
    }

    /// Looks up an address, a name or a URL.
    fn single<'a>(&mut self, listed: &'a str, value: &str) -> Result<Answer<'a>, Box<dyn Error>> {
        let read = self.matcher.classify(value).and_then(|kind| Ok((kind, self.matcher.canonical(value)?)));
        let (kind, canonical) = match read {
            Ok(read) => read,
            Err(reason) => {
                let why = Some(reason.to_string());
                let (kind, canonical) = (String::new(), String::new());
                return Ok(Answer { value: listed, kind, canonical, matches: Vec::new(), within: None, why });
            }
        };
        let matches = self.matcher.match_any(value);
        let (lines, withheld) =
            (matches.iter().map(|found| written(self.args, &found)).collect::<Vec<_>>(), matches.withheld());
        let why = if lines.is_empty() { Some(why_not(self.args, self.sieve, value, withheld)?) } else { None };
        Ok(Answer { value: listed, kind: kind.as_str().to_owned(), canonical, matches: lines, within: None, why })
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
    fn addresses<'a>(&mut self, listed: &'a str, addresses: Addresses) -> Result<Answer<'a>, Box<dyn Error>> {
        let args = self.args;
        let Networks { covering, within, count, withheld } =
            Networks::find(self.sieve, &mut self.matcher, addresses, |found| written(args, found));
        let why = match covering.is_empty() && count == 0 {
            true if withheld > 0 => {
                Some(format!("{withheld} that cover it or lie within it are allowed or filtered out"))
            }
            true => Some("no indicator covers it, and none lies within it".to_owned()),
            false => None,
        };
        let (kind, canonical) = (addresses.kind().to_owned(), addresses.to_string());
        Ok(Answer { value: listed, kind, canonical, matches: covering, within: Some((within, count)), why })
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
