//! Generated logs with the statistics of real ones.
//!
//! There are six kinds of lines. For the kinds that exist as real logs, [`REAL`] states the measured statistics; one
//! test checks the generated lines against them, and another the real logs. All kinds together, in the shares of
//! [`MIX`], have one token (a run of name bytes with a dot in it) every 38 bytes. Of 100 tokens, 30 are dotted quads
//! and 18 are names; the others are decimals, clock times, versions and field names. There are 2,000 distinct names and
//! addresses, and most lines use only a few of them.

use std::fmt::{self, Write};
use std::net::Ipv4Addr;

use super::Random;
use super::values::{HOSTS, clean_names, v4, word};

/// A log, and the number of hits planted in it.
#[derive(Debug)]
pub struct Corpus {
    pub text: Vec<u8>,
    pub hits: u64,
    pub lines: u64,
}

/// The ingredients of a log.
#[derive(Debug)]
pub struct Planted<'t> {
    pub hosts: &'t [Ipv4Addr],
    pub names: &'t [String],
    /// The number of lines in 10,000 that contain a hit.
    pub rate: usize,
}

/// The kinds of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    DnsTsv,
    DnsJson,
    TlsTsv,
    TlsJson,
    Access,
    Syslog,
}

/// The number of lines of each kind in 100.
pub const MIX: [(Kind, usize); 6] = [
    (Kind::DnsTsv, 39),
    (Kind::DnsJson, 20),
    (Kind::TlsTsv, 9),
    (Kind::TlsJson, 7),
    (Kind::Access, 10),
    (Kind::Syslog, 15),
];

/// Statistics of a log's tokens.
#[derive(Clone, Copy, Debug)]
pub struct Statistics {
    /// Bytes per token, a run of name bytes with a dot in it.
    pub bytes_a_token: f64,
    /// Shares of the tokens.
    pub quads: f64,
    pub names: f64,
    pub bytes_a_line: f64,
}

impl Statistics {
    pub fn of(text: &[u8]) -> Self {
        let is_host = |b: &u8| b.is_ascii_alphanumeric() || b"._-".contains(b);
        let (mut tokens, mut quads, mut names) = (0.0, 0.0, 0.0);
        for run in text.split(|b| !is_host(b)) {
            let run = run.strip_suffix(b".").unwrap_or(run);
            if !run.contains(&b'.') {
                continue;
            }
            tokens += 1.0;
            let labels: Vec<&[u8]> = run.split(|&b| b == b'.').collect();
            if labels.len() == 4 && labels.iter().all(|label| label.len() < 4 && label.iter().all(u8::is_ascii_digit)) {
                quads += 1.0;
            } else if labels.last().is_some_and(|label| !label.is_empty() && label.iter().all(u8::is_ascii_alphabetic))
            {
                names += 1.0;
            }
        }
        let lines = text.iter().filter(|&&b| b == b'\n').count() as f64;
        let bytes = text.len() as f64;
        Self {
            bytes_a_token: bytes / tokens,
            quads: quads / tokens,
            names: names / tokens,
            bytes_a_line: bytes / lines,
        }
    }
}

/// Measurements of the real logs: Zeek's DNS log as TSV and as JSON, an Apache access log, an auth log.
pub const REAL: [(Kind, &str, Statistics); 4] = [
    (Kind::DnsTsv, "zeek-dns.log", Statistics { bytes_a_token: 25.3, quads: 0.362, names: 0.204, bytes_a_line: 188.4 }),
    (
        Kind::DnsJson,
        "zeek-dns.json",
        Statistics { bytes_a_token: 40.0, quads: 0.217, names: 0.122, bytes_a_line: 497.4 },
    ),
    (
        Kind::Access,
        "apache_access.log",
        Statistics { bytes_a_token: 31.8, quads: 0.136, names: 0.252, bytes_a_line: 237.1 },
    ),
    (Kind::Syslog, "auth.log", Statistics { bytes_a_token: 266.0, quads: 0.936, names: 0.046, bytes_a_line: 112.0 }),
];

/// A log of at least `bytes` bytes, with all kinds of lines.
pub fn corpus(bytes: usize, planted: &Planted<'_>) -> Corpus {
    let total = MIX.iter().map(|(_, share)| share).sum();
    made_of(bytes, planted, |random| {
        let mut at = random.below(total);
        for (kind, share) in MIX {
            if at < share {
                return kind;
            }
            at -= share;
        }
        Kind::Syslog
    })
}

/// A log with one kind of lines.
pub fn corpus_of(kind: Kind, bytes: usize, planted: &Planted<'_>) -> Corpus {
    made_of(bytes, planted, |_| kind)
}

fn made_of(bytes: usize, planted: &Planted<'_>, kind: impl Fn(&mut Random) -> Kind) -> Corpus {
    let mut random = Random::new(10);
    let clean = Clean::new(&mut random);
    let mut corpus = Corpus { text: Vec::with_capacity(bytes + 1024), hits: 0, lines: 0 };
    let mut line = String::new();
    let mut second = 1_521_911_720.0;
    while corpus.text.len() < bytes {
        second += 0.0137;
        let kind = kind(&mut random);
        let hit = random.below(10_000) < planted.rate;
        let mut shown = Shown::default();
        if hit {
            corpus.hits += 1;
            if random.below(2) == 0 && !planted.names.is_empty() {
                let mut host = random.one(planted.names).clone();
                if random.below(4) == 0 {
                    host = format!("{}.{}", random.one(&HOSTS), host.to_uppercase());
                }
                shown.host = Some(host);
            } else {
                shown.addr = Some(*random.one(planted.hosts));
            }
        }
        line.clear();
        clean.line(&mut line, &mut random, kind, second, &shown);
        corpus.text.extend_from_slice(line.as_bytes());
        corpus.text.push(b'\n');
        corpus.lines += 1;
    }
    corpus
}

/// A value that a line must show once. All its other values are clean.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) host: Option<String>,
    pub(super) addr: Option<Ipv4Addr>,
}

/// Values that fill lines, none of them listed.
#[derive(Debug)]
pub struct Clean {
    names: Vec<String>,
    addrs: Vec<Ipv4Addr>,
}

const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/V Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/V Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:24.0) Gecko/20140205 Firefox/24.0 Iceweasel/24.3.0",
    "Mozilla/5.0 (compatible; Crawler/2.0; +http://www.crawler.invalid/bot.html)",
];

impl Clean {
    pub(super) fn new(random: &mut Random) -> Self {
        Self { names: clean_names(2000), addrs: (0..2000).map(|_| v4(random, false)).collect() }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn addrs(&self) -> &[Ipv4Addr] {
        &self.addrs
    }

    pub(super) fn name(&self, random: &mut Random) -> String {
        random.popular(&self.names).clone()
    }

    pub(super) fn addr(&self, random: &mut Random) -> Ipv4Addr {
        *random.popular(&self.addrs)
    }

    /// Appends a line of this kind, without its line end.
    pub(super) fn line(&self, line: &mut String, random: &mut Random, kind: Kind, second: f64, shown: &Shown) {
        // Writing to a string cannot fail.
        let _ = match kind {
            Kind::DnsTsv => self.dns_tsv(line, random, second, shown),
            Kind::DnsJson => self.dns_json(line, random, shown),
            Kind::TlsTsv => self.tls_tsv(line, random, second, shown),
            Kind::TlsJson => self.tls_json(line, random, shown),
            Kind::Access => self.access(line, random, shown),
            Kind::Syslog => self.syslog(line, random, shown),
        };
    }

    fn host(&self, random: &mut Random, shown: &Shown) -> String {
        shown.host.clone().unwrap_or_else(|| self.name(random))
    }

    fn shown_addr(&self, random: &mut Random, shown: &Shown) -> Ipv4Addr {
        shown.addr.unwrap_or_else(|| self.addr(random))
    }

    fn dns_tsv(&self, line: &mut String, random: &mut Random, second: f64, shown: &Shown) -> fmt::Result {
        let (id, own, port) = (id(random), own(random), port(random));
        let (trans, rtt) = (random.below(65_536), random.below(90_000) as f64 / 1e6);
        let host = self.host(random, shown);
        write!(line, "{second:.6}\t{id}\t{own}\t{port}\t10.0.0.100\t53\tudp\t{trans}\t")?;
        if shown.addr.is_none() && random.below(3) == 0 {
            return write!(
                line,
                "-\t{host}\t1\tC_INTERNET\t28\tAAAA\t3\tNXDOMAIN\tF\tF\tT\tF\t0\t-\t-\tF\t(empty)\t-\t-"
            );
        }
        let (alias, addr, ttl) = (self.name(random), self.shown_addr(random, shown), random.below(40_000));
        write!(line, "{rtt:.6}\t{host}\t1\tC_INTERNET\t1\tA\t0\tNOERROR\tF\tF\tT\tT\t0\t")?;
        if random.below(6) == 0 {
            write!(line, "{addr},{}\t30.000000,{ttl}.000000\tF", self.addr(random))
        } else {
            write!(line, "{alias},{addr}\t2230.000000,{ttl}.000000\tF")
        }
    }

    fn dns_json(&self, line: &mut String, random: &mut Random, shown: &Shown) -> fmt::Result {
        let (id, own, port) = (id(random), own(random), port(random));
        let (written, clock) = (clock(random), clock(random));
        let host = self.host(random, shown);
        write!(
            line,
            "{{\"_path\":\"dns\",\"_write_ts\":\"{written}\",\"ts\":\"{clock}\",\"uid\":\"{id}\",\"id.orig_h\":\"{own}\","
        )?;
        write!(
            line,
            "\"id.orig_p\":{port},\"id.resp_h\":\"10.0.0.100\",\"id.resp_p\":53,\"proto\":\"udp\",\"trans_id\":{},",
            random.below(65_536)
        )?;
        let is_answered = shown.addr.is_some() || random.below(4) > 0;
        if is_answered {
            write!(line, "\"rtt\":0.000{:016},", random.next() % 10_000_000_000_000_000)?;
        }
        write!(
            line,
            "\"query\":\"{host}\",\"qclass\":1,\"qclass_name\":\"C_INTERNET\",\"qtype\":1,\"qtype_name\":\"A\","
        )?;
        write!(
            line,
            "\"rcode\":0,\"rcode_name\":\"NOERROR\",\"AA\":false,\"TC\":false,\"RD\":true,\"RA\":true,\"Z\":0"
        )?;
        if is_answered {
            let (addr, ttl) = (self.shown_addr(random, shown), random.below(40_000));
            write!(line, ",\"answers\":[\"{}\",\"{addr}\"],\"TTLs\":[2230.0,{ttl}.0]", self.name(random))?;
        }
        line.write_str(",\"rejected\":false}")
    }

    fn tls_tsv(&self, line: &mut String, random: &mut Random, second: f64, shown: &Shown) -> fmt::Result {
        let (id, own, port) = (id(random), own(random), port(random));
        let (addr, host) = (self.shown_addr(random, shown), self.host(random, shown));
        write!(line, "{second:.6}\t{id}\t{own}\t{port}\t{addr}\t443\tTLSv12\tTLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\t")?;
        write!(line, "secp256r1\t{host}\tF\t-\th2\tT\tF{}\t(empty)\t", self::id(random))?;
        line.write_str("CN=Made Up Service,O=Made Up Inc,L=Nowhere,C=XX\tCN=Made Up CA 1,C=XX\t-\t-\tok")
    }

    fn tls_json(&self, line: &mut String, random: &mut Random, shown: &Shown) -> fmt::Result {
        let (id, own, port, clock) = (id(random), own(random), port(random), clock(random));
        let (addr, host) = (self.shown_addr(random, shown), self.host(random, shown));
        write!(
            line,
            "{{\"_path\":\"ssl\",\"ts\":\"{clock}\",\"uid\":\"{id}\",\"id.orig_h\":\"{own}\",\"id.orig_p\":{port},"
        )?;
        write!(line, "\"id.resp_h\":\"{addr}\",\"id.resp_p\":443,\"version\":\"TLSv12\",")?;
        write!(
            line,
            "\"cipher\":\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\",\"curve\":\"secp256r1\",\"server_name\":\"{host}\","
        )?;
        write!(
            line,
            "\"resumed\":false,\"next_protocol\":\"h2\",\"established\":true,\"cert_chain_fuids\":[\"F{}\"],",
            self::id(random)
        )?;
        line.write_str(
            "\"subject\":\"CN=Made Up Service,O=Made Up Inc,L=Nowhere,C=XX\",\"issuer\":\"CN=Made Up CA 1,C=XX\",",
        )?;
        line.write_str("\"validation_status\":\"ok\"}")
    }

    fn access(&self, line: &mut String, random: &mut Random, shown: &Shown) -> fmt::Result {
        let addr = self.shown_addr(random, shown);
        let (day, minute, second) = (1 + random.below(28), random.below(60), random.below(60));
        write!(line, "{addr} - - [{day:02}/May/2026:10:{minute:02}:{second:02} +0000] \"GET /")?;
        for _ in 0..1 + random.below(4) {
            let syllables = 2 + random.below(5);
            word(random, syllables, line);
            line.push('/');
        }
        let file = *random.one(&["kibana-search.png", "style2.css", "favicon.ico", "", "app"]);
        write!(line, "{file} HTTP/1.1\" 200 {} \"", random.below(90_000))?;
        if shown.host.is_some() || random.below(6) > 0 {
            write!(line, "http://{}/", self.host(random, shown))?;
            for _ in 0..random.below(3) {
                word(random, 5, line);
                line.push('/');
            }
        } else {
            line.push('-');
        }
        let (major, build, patch) = (100 + random.below(40), random.below(9000), random.below(300));
        let agent = random.one(&AGENTS).replace('V', &format!("{major}.0.{build}.{patch}"));
        write!(line, "\" \"{agent}\"")
    }

    fn syslog(&self, line: &mut String, random: &mut Random, shown: &Shown) -> fmt::Result {
        let (minute, second, process) = (random.below(60), random.below(60), random.below(30_000));
        write!(line, "May 12 10:{minute:02}:{second:02} gw-7 ")?;
        let which = if shown.host.is_some() {
            99
        } else if shown.addr.is_some() {
            60
        } else {
            random.below(100)
        };
        let mut user = String::new();
        word(random, 3, &mut user);
        match which {
            0..22 => {
                write!(line, "sshd[{process}]: pam_unix(sshd:auth): check pass; user unknown, service login, tty ssh")
            }
            22..42 => {
                write!(line, "sudo[{process}]: pam_unix(sudo:session): session opened for user root by {user}(uid=0)")
            }
            42..58 => write!(line, "CRON[{process}]: (root) CMD (/usr/lib/sysstat/sa1 1 1 && /usr/bin/{user} --quiet)"),
            58..98 => write!(
                line,
                "sshd[{process}]: Failed password for invalid user {user} from {} port {} ssh2: RSA SHA256:{}",
                self.shown_addr(random, shown),
                port(random),
                id(random)
            ),
            _ => write!(
                line,
                "sshd[{process}]: reverse mapping checking getaddrinfo for {} failed - POSSIBLE BREAK-IN ATTEMPT!",
                self.host(random, shown)
            ),
        }
    }
}

fn own(random: &mut Random) -> Ipv4Addr {
    Ipv4Addr::new(10, 47, random.below(4) as u8, random.below(256) as u8)
}

fn port(random: &mut Random) -> usize {
    1024 + random.below(60_000)
}

fn clock(random: &mut Random) -> String {
    format!("2018-03-24T17:{:02}:{:02}.{:06}Z", random.below(60), random.below(60), random.below(1_000_000))
}

fn id(random: &mut Random) -> String {
    let mut id = String::from("C");
    for _ in 0..17 {
        id.push(char::from(*random.one(b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789")));
    }
    id
}
