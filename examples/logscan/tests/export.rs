//! `logscan export`: the output reads back as the same indicators, and indicators that a format cannot express are counted.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use common::{Folder, folder};
use netsieve::feed::{self, Format};
use netsieve::value::ip::range_prefixes;
use netsieve::{Feed, Indicator, Scope, Sieve};

fn feeds() -> Folder {
    let folder = folder();
    folder.write(
        "all.txt",
        b"192.0.2.7\n198.51.100.0/28\n203.0.113.10-203.0.113.20\n2001:db8::c2\n2001:db8:1::/48\n2001:db8:0:0:5::/80\n192.0.2.9:443\nevil.test\n\
          a_b.example\nxn--bnk-ela.example\nhttp://shop.test/login/\nhttps://bad.example/a,b;c?q=1&r=%20#frag\nftp://files.test/x\nport.test:8080\n",
    );
    folder.write("hosts.txt", b"0.0.0.0 exact.test\n0.0.0.0 www.exact.test\n");
    folder.write(
        "zone.rpz",
        b"$ORIGIN rpz.example.\n@ SOA localhost. root.localhost. 1 2 3 4 5\n*.beneath.test CNAME .\n",
    );
    folder.write("ours.txt", b"allowed.test\n");
    folder.write("more.txt", b"allowed.test\n");
    folder
}

const SETS: &str =
    "-f all=plain:all.txt -f hosts=hosts:hosts.txt -f zone=rpz:zone.rpz -f more=plain:more.txt --allow ours.txt";

/// The distinct indicators of a set: names by scope, addresses as prefixes.
fn said(sieve: &Sieve) -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    for indicator in sieve.indicators() {
        match indicator.to_indicator().unwrap() {
            Indicator::Ip { net, port: None } => drop(said.insert(net.to_string())),
            Indicator::IpRange { first, last, port: None } => {
                said.extend(range_prefixes(first, last).iter().map(ToString::to_string));
            }
            Indicator::Domain { name, scope, port: None } => {
                if scope != Scope::Subdomains {
                    said.insert(format!("{name}"));
                }
                if scope != Scope::Exact {
                    said.insert(format!("*.{name}"));
                }
            }
            Indicator::Url { url, .. } => drop(said.insert(url.as_str().replace("https://", "http://"))),
            other => panic!("{other:?}"),
        }
    }
    said
}

fn read(text: &str, format: Format) -> BTreeSet<String> {
    let mut builder = Sieve::builder();
    let feed = Feed::new("back");
    let id = builder.feed(feed.clone());
    feed::read(text.as_bytes(), "back", Some(format), &feed, &mut builder.sink(id)).unwrap();
    let (sieve, report) = builder.build().unwrap();
    assert_eq!(report.feeds[0].rejected_total(), 0, "{text}\n{:?}", report.feeds[0].rejected);
    said(&sieve)
}

#[test]
fn exports_are_read_back() {
    let folder = feeds();
    let addresses = ["192.0.2.7/32", "198.51.100.0/28", "2001:db8::c2/128", "2001:db8:1::/48", "2001:db8:0:0:5::/80"];
    let range: Vec<String> = range_prefixes("203.0.113.10".parse().unwrap(), "203.0.113.20".parse().unwrap())
        .iter()
        .map(ToString::to_string)
        .collect();
    let suffixes = ["evil.test", "a_b.example", "xn--bnk-ela.example"];
    let exact = ["exact.test", "www.exact.test"];
    let urls = ["http://shop.test/login/", "http://bad.example/a,b;c?q=1&r=%20"];
    let beneath: Vec<String> = suffixes.iter().map(|name| format!("*.{name}")).collect();
    let set = |parts: &[&[&str]]| -> BTreeSet<String> { parts.concat().iter().map(|&part| part.to_owned()).collect() };
    let range: Vec<&str> = range.iter().map(String::as_str).collect();
    let beneath: Vec<&str> = beneath.iter().map(String::as_str).collect();
    for (to, format, want, count) in [
        ("plain", Format::Plain, set(&[&addresses, &range, &suffixes, &beneath, &urls, &["ftp://files.test/x"]]), 12),
        ("rpz", Format::Rpz, set(&[&addresses, &range, &suffixes, &beneath, &exact, &["*.beneath.test"]]), 12),
        ("unbound", Format::Unbound, set(&[&suffixes, &beneath, &exact]), 5),
        ("dnsmasq", Format::Dnsmasq, set(&[&suffixes, &beneath]), 3),
        ("hosts", Format::Hosts, set(&[&suffixes, &exact]), 5),
        ("nft", Format::Nft, set(&[&addresses, &range]), 6),
        ("ipset", Format::IpSet, set(&[&addresses, &range]), 6),
        ("suricata", Format::Rules, set(&[&addresses, &range, &suffixes, &beneath, &exact, &urls]), 13),
        ("haproxy-map", Format::Plain, set(&[&suffixes, &beneath]), 3),
        ("haproxy-ip-map", Format::Plain, set(&[&addresses, &range]), 6),
    ] {
        let run = folder.run(&format!("export --to {to} {SETS}")).code(0);
        let got = read(&run.out, format);
        // These two schemes count as one.
        let got: BTreeSet<String> = got.iter().map(|text| text.replace("ftp://", "http://")).collect();
        let want: BTreeSet<String> = want.iter().map(|text| text.replace("ftp://", "http://")).collect();
        assert_eq!(got, want, "{to}\n{}", run.out);
        assert!(run.err.starts_with(&format!("logscan: {count} of 18 indicators exported\n")), "{to}: {}", run.err);
        assert!(run.err.contains("1 left out: allowed or filtered out"), "{to}: {}", run.err);
        if to != "hosts" && to != "unbound" && to != "dnsmasq" && to != "haproxy-map" {
            assert!(run.err.contains("left out: limited to a port"), "{to}: {}", run.err);
        }
    }
    // Zeek compares whole names, so a name does not cover the names under it.
    let run = folder.run(&format!("export --to zeek-intel {SETS}")).code(0);
    let got = read(&run.out, Format::Zeek);
    for want in ["192.0.2.7/32", "198.51.100.0/28", "evil.test", "exact.test", "http://shop.test/login/"] {
        assert!(got.contains(want), "{want}: {}", run.out);
    }
    assert!(run.err.contains("3 names listed without subdomains"), "{}", run.err);
}

/// The program for which an export is made accepts it. The test names the programs that are not installed.
#[test]
fn programs_take_what_is_exported() {
    let folder = feeds();
    let haproxy = "\
defaults
  mode http
  timeout connect 1s
  timeout client 1s
  timeout server 1s
frontend f
  bind 127.0.0.1:18181
  http-request set-var(txn.host) req.hdr(host),host_only,lower
  http-request deny if { str(.),concat(,txn.host),map_end(out.haproxy-map) -m found }
  http-request deny if { src,map_ip(out.haproxy-ip-map) -m found }
";
    folder.write("haproxy.cfg", haproxy.as_bytes());
    for to in ["rpz", "unbound", "dnsmasq", "nft", "suricata", "haproxy-map", "haproxy-ip-map"] {
        let run = folder.run(&format!("export --to {to} {SETS}")).code(0);
        folder.write(&format!("out.{to}"), run.out.as_bytes());
    }
    for line in [
        "named-checkzone rpz.invalid out.rpz",
        "unbound-checkconf out.unbound",
        "dnsmasq --test --conf-file=out.dnsmasq",
        "nft -c -f out.nft",
        "suricata -T -S out.suricata -l .",
        "haproxy -c -f haproxy.cfg",
    ] {
        let (program, args) = line.split_once(' ').unwrap();
        let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("env");
        command.current_dir(folder.0.path()).env("PATH", path).arg(program).args(args.split(' '));
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.code() == Some(127) {
            eprintln!("skipped: {program} is not installed");
        } else if said.contains("Operation not permitted") {
            eprintln!("skipped: {program} may not look at the kernel here");
        } else {
            assert!(output.status.success(), "{line}: {said}{}", String::from_utf8_lossy(&output.stdout));
        }
    }
}

#[test]
fn a_compiled_set_is_exported_as_its_feeds() {
    let folder = feeds();
    folder.run(&format!("build {SETS} -o set.sieve")).code(0);
    for to in ["plain", "rpz", "nft", "zeek-intel"] {
        let want = folder.run(&format!("export --to {to} {SETS}")).code(0);
        let got = folder.run(&format!("export --to {to} --sieve set.sieve")).code(0);
        assert_eq!((&got.out, &got.err), (&want.out, &want.err), "{to}");
    }
    assert_eq!(folder.run("export --to nft -f hosts=hosts:hosts.txt").code(1).err.lines().count(), 2);
    folder.run("export --to nonsense --sieve set.sieve").code(2);
}

#[test]
fn pages_and_completions() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = folder.run(&format!("completions {shell}")).code(0);
        assert!(run.out.contains("logscan") && run.out.contains("min-confidence"), "{shell}");
    }
    assert!(folder.run("man").code(0).out.contains(".TH logscan"));
    fs::create_dir(folder.path("man1")).unwrap();
    folder.run("man --to man1").code(0);
    let pages: BTreeSet<String> = fs::read_dir(folder.path("man1"))
        .unwrap()
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    for page in ["logscan.1", "logscan-scan.1", "logscan-check.1", "logscan-export.1"] {
        assert!(pages.contains(page), "{pages:?}");
    }
    assert!(folder.run("man --to missing").code(2).err.contains("missing/logscan"));
    let version = folder.run("--version").code(0).out;
    assert!(version.contains("engines of this processor") && version.contains("zstd"), "{version}");
    assert_eq!(folder.run("-V").code(0).out.lines().count(), 1);
}
