//! `logscan export`: a set in the formats of firewalls and name servers.
//!
//! Indicators that a format cannot express exactly are left out and counted by reason: a list that blocks too much does harm.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv6Addr};

use clap::{Args, ValueEnum};
use netsieve::render::Escaped;
use netsieve::value::Url;
use netsieve::value::ip::range_prefixes;
use netsieve::{Action, Indicator, Matcher, Scope, Sieve};

use crate::Outcome;
use crate::cli::FilterArgs;
use crate::feeds;
use crate::set::SetArgs;
use crate::summary::{counted, thousands};

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The format.
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Target,
    #[command(flatten)]
    set: SetArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// A response policy zone: names and addresses.
    Rpz,
    /// A configuration of unbound: names.
    Unbound,
    /// A configuration of dnsmasq: names with all names under them.
    Dnsmasq,
    /// A hosts file: single names.
    Hosts,
    /// Sets of nftables: addresses.
    Nft,
    /// Sets for `ipset restore`: addresses.
    Ipset,
    /// An intelligence file of Zeek: addresses, names, URLs, hashes and mail addresses.
    ZeekIntel,
    /// Rules of Suricata: addresses, names in DNS, TLS and HTTP, and URLs in HTTP.
    Suricata,
    /// A map of HAProxy for names with all names under them, for `map_end` with a dot before the host.
    HaproxyMap,
    /// A map of HAProxy for addresses, for `map_ip`.
    HaproxyIpMap,
    /// One value per line: addresses, names with all names under them, URLs, hashes and mail addresses.
    Plain,
}

/// The reason why an indicator is left out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lost {
    Kind,
    Port,
    Exact,
    Beneath,
    Pattern,
    Scheme,
    Long,
    Path,
    Withheld,
}

impl Lost {
    fn why(self) -> &'static str {
        match self {
            Self::Kind => "of a kind that the format cannot express",
            Self::Port => "limited to a port",
            Self::Exact => "names without their subdomains",
            Self::Beneath => "subdomains of a name, without the name itself",
            Self::Pattern => "patterns",
            Self::Scheme => "URLs of another scheme, or that cover subdomains of their host",
            Self::Long => "names too long for the zone",
            Self::Path => "URLs whose path also begins longer ones",
            Self::Withheld => "allowed or filtered out",
        }
    }
}

/// The origin of the zone.
const ORIGIN: &str = "rpz.invalid.";

pub(crate) fn run(args: &ExportArgs) -> Result<Outcome, Box<dyn Error>> {
    let sieve = args.set.load()?;
    let mut matcher = sieve.matcher_with(&feeds::options(&args.filter)?);
    let mut export = Export { target: args.to, v4: Vec::new(), v6: Vec::new(), lines: Vec::new(), beneath: 0 };
    let (mut lost, mut written, mut allowing) = (BTreeMap::<Lost, u64>::new(), 0_u64, 0_u64);
    for indicator in sieve.indicators() {
        if indicator.sources().all(|source| source.action() != Action::Block) {
            allowing += 1;
            continue;
        }
        let result = match indicator.to_indicator() {
            Some(value) if is_reported(&mut matcher, &value, indicator.id()) => {
                let feeds: Vec<&str> = indicator.sources().map(|source| source.feed().name.as_str()).collect();
                export.put(&value, &feeds)
            }
            Some(_) => Err(Lost::Withheld),
            None => Err(Lost::Kind),
        };
        match result {
            Ok(()) => written += 1,
            Err(why) => *lost.entry(why).or_default() += 1,
        }
    }
    export.write(&mut io::BufWriter::new(io::stdout().lock()), &sieve)?;
    let all = written + lost.values().sum::<u64>();
    say!("logscan: {} of {} exported", thousands(written), counted(all, "indicator"));
    for (why, count) in lost {
        say!("logscan: {count} left out: {}", why.why());
    }
    if allowing > 0 {
        say!(
            "logscan: {} left out: the export also blocks what they allow within a wider indicator",
            counted(allowing, "exception")
        );
    }
    if export.beneath > 0 {
        let names = counted(export.beneath, "name");
        say!("logscan: {names} listed without subdomains: the format compares whole names");
    }
    Ok(if written > 0 { Outcome::Found } else { Outcome::Nothing })
}

/// Returns true if a lookup of an indicator's own value reports it. Filter and allow entries apply as usual.
fn is_reported(matcher: &mut Matcher, value: &Indicator, id: u32) -> bool {
    let matches = match value {
        Indicator::Ip { net, port } => matcher.match_ip(net.network(), *port),
        Indicator::IpRange { first, port, .. } => matcher.match_ip(*first, *port),
        Indicator::Domain { name, scope: Scope::Subdomains, port } => matcher.match_domain(format!("a.{name}"), *port),
        Indicator::Domain { name, port, .. } => matcher.match_domain(name.as_str(), *port),
        Indicator::Url { url, .. } => matcher.match_url(url.as_str()),
        Indicator::Hash(hash) => matcher.match_hash(hash.to_string()),
        Indicator::Email(address) => matcher.match_email(address.as_str()),
        // A pattern has no value of its own, and no format here has patterns.
        _ => return true,
    };
    matches.iter().any(|found| found.indicator().id() == id)
}

struct Export {
    target: Target,
    /// The elements of the address sets.
    v4: Vec<String>,
    v6: Vec<String>,
    lines: Vec<String>,
    /// The number of names that also cover the names under them, which the format cannot express.
    beneath: u64,
}

impl Export {
    fn put(&mut self, value: &Indicator, feeds: &[&str]) -> Result<(), Lost> {
        let has_addresses =
            !matches!(self.target, Target::Unbound | Target::Dnsmasq | Target::Hosts | Target::HaproxyMap);
        let has_names = !matches!(self.target, Target::Nft | Target::Ipset | Target::HaproxyIpMap);
        match value {
            Indicator::Ip { .. } | Indicator::IpRange { .. } if !has_addresses => Err(Lost::Kind),
            Indicator::Domain { .. } if !has_names => Err(Lost::Kind),
            Indicator::Ip { port: Some(_), .. }
            | Indicator::IpRange { port: Some(_), .. }
            | Indicator::Domain { port: Some(_), .. } => Err(Lost::Port),
            Indicator::Ip { net, .. } => {
                let is_single = net.network() == net.broadcast();
                let text = if is_single { net.network().to_string() } else { net.to_string() };
                self.addresses(net.network(), net.prefix_len(), text, feeds);
                Ok(())
            }
            Indicator::IpRange { first, last, .. } => {
                if matches!(self.target, Target::Nft | Target::Plain) {
                    self.addresses(*first, 0, format!("{first}-{last}"), feeds);
                } else {
                    for net in range_prefixes(*first, *last) {
                        self.addresses(net.network(), net.prefix_len(), net.to_string(), feeds);
                    }
                }
                Ok(())
            }
            Indicator::Domain { name, scope, .. } => self.name(name.as_str(), *scope, feeds),
            Indicator::Url { url, host_scope } if self.target == Target::Suricata => {
                self.rule_of(url, *host_scope, feeds)
            }
            Indicator::Url { url, host_scope } => self.url(url.as_str(), *host_scope, feeds),
            Indicator::Pattern(_) => Err(Lost::Pattern),
            Indicator::Hash(hash) => self.exact(&hash.to_string(), "FILE_HASH", feeds),
            Indicator::Email(address) => self.exact(address.as_str(), "EMAIL", feeds),
            _ => Err(Lost::Kind),
        }
    }

    fn addresses(&mut self, first: IpAddr, length: u8, text: String, feeds: &[&str]) {
        match self.target {
            Target::Nft | Target::Ipset => if first.is_ipv4() { &mut self.v4 } else { &mut self.v6 }.push(text),
            Target::Rpz => self.lines.push(format!("{length}.{}.rpz-ip CNAME .", reversed(first))),
            Target::ZeekIntel => {
                let kind = if text.contains('/') { "SUBNET" } else { "ADDR" };
                self.lines.push(intel(&text, kind, feeds));
            }
            Target::Suricata => self.rule("ip $HOME_NET any <>", &text, "any", "", feeds),
            Target::HaproxyIpMap => self.lines.push(format!("{text} {}", plain(feeds))),
            _ => self.lines.push(text),
        }
    }

    /// Adds a Suricata rule, with the next number in the range for local use.
    fn rule(&mut self, head: &str, addr: &str, port: &str, conditions: &str, feeds: &[&str]) {
        let sid = 1_000_000 + self.lines.len();
        let feeds = plain(feeds);
        self.lines
            .push(format!("alert {head} {addr} {port} (msg:\"netsieve {feeds}\"; {conditions}sid:{sid}; rev:1;)"));
    }

    /// Adds the rule for a URL, if a rule can express exactly the same: everything under a path that ends in `/`, or a path with a query.
    fn rule_of(&mut self, url: &Url, host_scope: Scope, feeds: &[&str]) -> Result<(), Lost> {
        let view = url.view();
        if host_scope != Scope::Exact || !matches!(view.scheme(), "http" | "https") {
            return Err(Lost::Scheme);
        }
        if view.port().is_some() {
            return Err(Lost::Port);
        }
        let host = view.host().to_string();
        let path = view.path_and_query();
        let end = match view.query() {
            Some(_) => format!("bsize:{}", path.len()),
            None if path.ends_with('/') => "startswith".to_owned(),
            None => return Err(Lost::Path),
        };
        let conditions = format!(
            "http.host; content:\"{host}\"; bsize:{}; http.uri.raw; content:\"{}\"; {end}; ",
            host.len(),
            content(path)
        );
        self.rule("http any any ->", "any", "any", &conditions, feeds);
        Ok(())
    }

    fn name(&mut self, name: &str, scope: Scope, feeds: &[&str]) -> Result<(), Lost> {
        let is_exact = scope == Scope::Exact;
        let beneath = scope == Scope::Subdomains;
        let line = match self.target {
            Target::Rpz => {
                // With `*.` before the name and the zone after it.
                if name.len() + 2 + ORIGIN.len() > 253 {
                    return Err(Lost::Long);
                }
                if !beneath {
                    self.lines.push(format!("{name} CNAME ."));
                }
                if !is_exact {
                    self.lines.push(format!("*.{name} CNAME ."));
                }
                return Ok(());
            }
            _ if beneath => return Err(Lost::Beneath),
            Target::Suricata => {
                for (head, buffer) in [("dns", "dns.query"), ("tls", "tls.sni"), ("http", "http.host")] {
                    let nocase = if buffer == "http.host" { "" } else { "nocase; " };
                    let conditions = if is_exact {
                        format!("{buffer}; content:\"{name}\"; {nocase}bsize:{}; ", name.len())
                    } else {
                        format!("{buffer}; dotprefix; content:\".{name}\"; {nocase}endswith; ")
                    };
                    self.rule(&format!("{head} any any ->"), "any", "any", &conditions, feeds);
                }
                return Ok(());
            }
            Target::HaproxyMap if is_exact => return Err(Lost::Exact),
            Target::HaproxyMap => format!(".{name} {}", plain(feeds)),
            Target::Unbound if is_exact => format!("    local-data: \"{name}. A 0.0.0.0\""),
            Target::Unbound => format!("    local-zone: \"{name}.\" always_nxdomain"),
            Target::Hosts if is_exact => format!("0.0.0.0 {name}"),
            Target::Hosts => {
                // The only line that such a file can have blocks less than the indicator covers, but never more.
                self.beneath += 1;
                format!("0.0.0.0 {name}")
            }
            Target::ZeekIntel => {
                self.beneath += u64::from(!is_exact);
                intel(name, "DOMAIN", feeds)
            }
            Target::Dnsmasq | Target::Plain if is_exact => return Err(Lost::Exact),
            Target::Dnsmasq => format!("address=/{name}/#"),
            Target::Plain | Target::Nft | Target::Ipset | Target::HaproxyIpMap => name.to_owned(),
        };
        self.lines.push(line);
        Ok(())
    }

    /// Adds a value that covers only itself, with its kind in Zeek.
    fn exact(&mut self, value: &str, kind: &str, feeds: &[&str]) -> Result<(), Lost> {
        match self.target {
            Target::Plain => self.lines.push(value.to_owned()),
            Target::ZeekIntel => self.lines.push(intel(value, kind, feeds)),
            _ => return Err(Lost::Kind),
        }
        Ok(())
    }

    fn url(&mut self, url: &str, host_scope: Scope, feeds: &[&str]) -> Result<(), Lost> {
        match self.target {
            Target::Plain | Target::ZeekIntel if host_scope != Scope::Exact => Err(Lost::Scheme),
            Target::Plain => {
                self.lines.push(url.to_owned());
                Ok(())
            }
            Target::ZeekIntel => {
                let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).ok_or(Lost::Scheme)?;
                self.lines.push(intel(rest, "URL", feeds));
                Ok(())
            }
            _ => Err(Lost::Kind),
        }
    }

    fn write(&self, out: &mut impl Write, sieve: &Sieve) -> io::Result<()> {
        let feeds = counted(sieve.feeds().len() as u64, "feed");
        let made = format!("netsieve {}: {feeds}", env!("CARGO_PKG_VERSION"));
        match self.target {
            Target::Rpz => {
                writeln!(
                    out,
                    "; {made}\n$TTL 300\n$ORIGIN {ORIGIN}\n@ SOA localhost. root.localhost. ( 1 12h 15m 3w 2h )\n  NS localhost."
                )?;
            }
            Target::Unbound => writeln!(out, "# {made}\nserver:")?,
            Target::ZeekIntel => writeln!(out, "#fields\tindicator\tindicator_type\tmeta.source")?,
            Target::Nft => {
                writeln!(out, "# {made}\ntable inet netsieve {{")?;
                for (name, kind, elements) in [("block4", "ipv4_addr", &self.v4), ("block6", "ipv6_addr", &self.v6)] {
                    writeln!(
                        out,
                        "    set {name} {{\n        type {kind}\n        flags interval\n        auto-merge"
                    )?;
                    if !elements.is_empty() {
                        writeln!(out, "        elements = {{")?;
                        for element in elements {
                            writeln!(out, "            {element},")?;
                        }
                        writeln!(out, "        }}")?;
                    }
                    writeln!(out, "    }}")?;
                }
                writeln!(out, "}}")?;
            }
            Target::Ipset => {
                for (name, family, elements) in [("netsieve4", "inet", &self.v4), ("netsieve6", "inet6", &self.v6)] {
                    let most = elements.len().max(65_536);
                    writeln!(out, "create {name} hash:net family {family} maxelem {most}")?;
                    for element in elements {
                        writeln!(out, "add {name} {element}")?;
                    }
                }
            }
            Target::HaproxyMap => {
                writeln!(
                    out,
                    "# {made}\n# str(.),concat(,txn.host),map_end(FILE), after set-var(txn.host) req.hdr(host),host_only,lower"
                )?;
            }
            Target::HaproxyIpMap => writeln!(out, "# {made}\n# src,map_ip(FILE)")?,
            Target::Dnsmasq | Target::Hosts | Target::Plain | Target::Suricata => writeln!(out, "# {made}")?,
        }
        for line in &self.lines {
            writeln!(out, "{line}")?;
        }
        out.flush()
    }
}

fn intel(value: &str, kind: &str, feeds: &[&str]) -> String {
    format!("{value}\tIntel::{kind}\t{}", plain(feeds))
}

/// The names of feeds, without characters that have a meaning in a format or that act on a terminal.
fn plain(feeds: &[&str]) -> String {
    let feeds = feeds.iter().map(|feed| Escaped::new(feed).to_string());
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, ',' | '"' | ';' | '\\' | '#');
    let feeds: Vec<String> =
        feeds.map(|feed| feed.chars().map(|c| if is_plain(c) { c } else { '_' }).collect()).collect();
    feeds.join(",")
}

/// Escapes a text for the content of a rule. Characters with a meaning there are written in hexadecimal digits.
fn content(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'"' | b';' | b':' | b'|' | b'\\' => out.push_str(&format!("|{byte:02x}|")),
            byte => out.push(byte.into()),
        }
    }
    out
}

/// The name of the policy for an address: its parts in reverse. In IPv6, the first of the longest runs of zero words becomes `zz`.
fn reversed(addr: IpAddr) -> String {
    match addr {
        IpAddr::V4(addr) => {
            let [a, b, c, d] = addr.octets();
            format!("{d}.{c}.{b}.{a}")
        }
        IpAddr::V6(addr) => {
            let mut words: Vec<String> = addr.segments().iter().map(|word| format!("{word:x}")).collect();
            if let Some((start, len)) = zeros(addr) {
                words.splice(start..start + len, ["zz".to_owned()]);
            }
            words.reverse();
            words.join(".")
        }
    }
}

/// Returns the start and the length of the longest run of at least two zero words.
fn zeros(addr: Ipv6Addr) -> Option<(usize, usize)> {
    let words = addr.segments();
    let mut best = None;
    for start in 0..8 {
        let len = words[start..].iter().take_while(|&&word| word == 0).count();
        if len >= 2 && best.is_none_or(|(_, longest)| len > longest) {
            best = Some((start, len));
        }
    }
    best
}
