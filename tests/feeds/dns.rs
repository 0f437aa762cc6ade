//! Lists of names for ad blockers and DNS servers.

use netsieve::feed::Format;
use netsieve::{Action, Feed, Kind, Policy, Scope};

use crate::seen::{events, events_of, read, read_real};

#[test]
fn adblock() {
    let list = "\
[Adblock Plus 2.0]
! Title: made up
||evil.test^
||Bad.Example^$important,third-party
||0.0.0.0.name.example^$all
||bücher.example^
||192.0.2.1^
||*.wild.example^
||ads-*.bad.*^
@@||good.example^
@@||ads-*.good.*^|
||evil.test^$script
||evil.test^$domain=a.test
||evil.test/path^
||evil.test
||evil.test:8080^
|http://evil.test/
/banner[0-9]+/$image
-ads-
a.test##.ad
a.test#@#.ad
# a comment of hosts files

||evil..test^
||test^
||*^
";
    let expected = [
        "3 domain suffix evil.test",
        "4 domain suffix bad.example",
        "5 domain suffix 0.0.0.0.name.example",
        "6 domain suffix xn--bcher-kva.example",
        "7 ip 192.0.2.1",
        "8 domain suffix wild.example",
        "9 pattern ads-*.bad.*",
        "9 pattern *.ads-*.bad.*",
        "10 domain suffix good.example action=allow",
        "11 pattern ads-*.good.* action=allow",
        "11 pattern *.ads-*.good.* action=allow",
        "12 - limited_rule",
        "13 - limited_rule",
        "14 - url_rule",
        "15 - url_rule",
        "16 - url_rule",
        "17 - url_rule",
        "18 - regex",
        "19 - url_rule",
        "20 - cosmetic_rule",
        "21 - cosmetic_rule",
        "24 ! empty_label: evil..test",
        "25 ! single_label: test",
        "26 ! bad_pattern: *",
        "26 ! bad_pattern: *",
    ];
    assert_eq!(events(Format::AdBlock, list), expected);
    // In an allow-all list, an exception is an ordinary entry.
    let feed = Feed::new("").action(Action::AllowAll);
    assert_eq!(
        events_of(Format::AdBlock, b"@@||good.example^\n@@||fine.example^\n", &feed)[0],
        "1 domain suffix good.example"
    );
}

#[test]
fn dnsmasq() {
    let list = "\
# made up
address=/evil.test/#
address=/a.bad.example/b.bad.example/0.0.0.0
address=/*.wild.example/::
address=/.dot.example/
local=/local.example/
server=/served.example/ # why
server=/corp.example/192.0.2.53
server=/good.example/#
server=192.0.2.53
cache-size=1000
no-resolv
address=/#/192.0.2.1
address=/evil..test/
address=/cut
What is this
";
    let expected = [
        "2 domain suffix evil.test",
        "3 domain suffix a.bad.example",
        "3 domain suffix b.bad.example",
        "4 domain suffix wild.example",
        "5 domain suffix dot.example",
        "6 domain suffix local.example",
        "7 domain suffix served.example",
        "8 - forward",
        "9 - forward",
        "10 - setting",
        "11 - setting",
        "12 - setting",
        "13 ! unrecognised: #",
        "14 ! empty_label: evil..test",
        "15 ! unrecognised: address=/cut",
        "16 ! unrecognised: What is this",
    ];
    assert_eq!(events(Format::Dnsmasq, list), expected);
}

#[test]
fn unbound() {
    let list = "\
# made up
server:
local-zone: \"evil.test.\" always_null
\tlocal-zone: 'bad.example' redirect # why
    local-zone: plain.example always_nxdomain
local-zone: \"good.example.\" always_transparent
local-zone: \"other.example\" transparent
local-data: \"exact.example. A 0.0.0.0\"
local-data: \"exact.example 3600 IN AAAA ::\"
local-data: 'printer.example A 192.0.2.7'
local-data: \"exact.example TXT made-up\"
local-zone: \"evil..test\" static
local-zone: \"cut.test
include: \"other.conf\"
nothing
";
    let expected = [
        "3 domain suffix evil.test",
        "4 domain suffix bad.example",
        "5 domain suffix plain.example",
        "6 domain suffix good.example action=allow",
        "7 - other_action",
        "8 domain exact exact.example",
        "9 domain exact exact.example",
        "10 ! host_mapping: printer.example",
        "11 - zone_record",
        "12 ! empty_label: evil..test",
        "13 - other_action",
        "14 - setting",
        "15 ! unrecognised: nothing",
    ];
    assert_eq!(events(Format::Unbound, list), expected);
}

#[test]
fn wildcard() {
    let list = "# made up\n*.evil.test\n.bad.example\n*.a.bad.example # why\n\n*.test\nplain.example\n";
    let expected = [
        "2 domain suffix evil.test",
        "3 domain suffix bad.example",
        "4 domain suffix a.bad.example text=why",
        "6 ! single_label: *.test",
        "7 domain suffix plain.example",
    ];
    assert_eq!(events(Format::Wildcard, list), expected);
    let mut policy = Policy::default();
    policy.scope = Some(Scope::Subdomains);
    let feed = Feed::new("").policy(policy);
    assert_eq!(events_of(Format::Wildcard, b"*.evil.test\n*.bad.example\n", &feed)[0], "1 domain subdomains evil.test");
}

#[test]
fn rpz() {
    let zone = "\
$TTL 300 ; made up
$ORIGIN rpz.example.
@ SOA localhost. root.localhost. ( 1 ; serial
\t12h 15m
\t3w 2h )
  NS localhost.
bad.test\tCNAME\t. ; no such name
*.bad.test CNAME *.
Worse.Test 300 IN CNAME rpz-drop.
in-zone.test.rpz.example. IN 1h CNAME .
good.test CNAME rpz-passthru.
*.good.test CNAME rpz-passthru.
old-style.test CNAME old-style.test.
walled.test CNAME garden.example.
        A 192.0.2.80
slow.test CNAME rpz-tcp-only.
note.test TXT \"a ; made up ( note\"
24.0.2.0.192.rpz-ip CNAME .
48.zz.db8.2001.rpz-ip CNAME .
32.1.2.0.192.rpz-ip CNAME rpz-passthru.
24.0.2.0.192.rpz-client-ip CNAME rpz-drop.
ns.bad.test.rpz-nsdname CNAME .
24.0.2.0.192.rpz-nsip CNAME .
$INCLUDE other.zone
$ORIGIN deep.rpz.example.
a CNAME .
out-of-zone.test. CNAME .
bad..test CNAME .
cut.test CNAME
what is this
";
    let expected = [
        "7 domain exact bad.test",
        "8 domain subdomains bad.test",
        "9 domain exact worse.test",
        "10 domain exact in-zone.test",
        "11 domain exact good.test action=allow",
        "12 domain subdomains good.test action=allow",
        "13 domain exact old-style.test action=allow",
        "14 domain exact walled.test",
        "15 domain exact walled.test",
        "16 - other_action",
        "17 - zone_record",
        "18 ip 192.0.2.0/24",
        "19 ip 2001:db8::/48",
        "20 ip 192.0.2.1 action=allow",
        "21 - client_address",
        "22 - server_name",
        "23 - server_address",
        "24 - setting",
        "26 domain exact a.deep",
        "27 ! malformed: out-of-zone.test. CNAME .",
        "28 ! empty_label: bad..test.deep",
        "29 ! malformed: cut.test CNAME",
        "30 ! malformed: what is this",
    ];
    assert_eq!(events(Format::Rpz, zone), expected);
    // Without a header, names are absolute, with or without a final dot.
    let part = "bad.example\tCNAME\t.\nworse.example. 3600 IN CNAME rpz-passthru.\n";
    assert_eq!(events(Format::Rpz, part), ["1 domain exact bad.example", "2 domain exact worse.example action=allow"]);
    let open = "bad.example CNAME .\nworse.example CNAME (\n .\nlost.example CNAME .\n";
    assert_eq!(events(Format::Rpz, open)[1], "2 ! malformed: worse.example CNAME ( . lost.example CNAME .");
    // As a zone transfer dumps it, with everything spelt out.
    let dump = "rpz.example. 300 IN SOA a. b. 1 2 3 4 5\nbad.test.rpz.example. 300 IN CNAME .\n";
    assert_eq!(events(Format::Rpz, dump), ["2 domain exact bad.test"]);
    // A zone without policies is not a feed.
    let (result, _) = read(b"a.test. IN A 192.0.2.1\nb.test. IN CNAME a.test.\n", None, &Feed::new(""));
    assert!(result.unwrap_err().to_string().contains("not recognised"));
}

/// Lists of other kinds, and mixtures, are not recognised as one of these formats.
#[test]
fn lists_of_other_kinds_are_not_recognised_as_these() {
    for text in ["evil.test\nbad.example\na.test\n", "0.0.0.0 evil.test\n0.0.0.0 bad.example\n"] {
        let (result, _) = read(text.as_bytes(), None, &Feed::new(""));
        assert!(matches!(result.unwrap(), Format::Plain | Format::Hosts), "{text}");
    }
    for text in [
        "||evil.test^\n||bad.example^\nx y z\nx y z\nx y z\naddress=/a/#\n",
        "address=/evil.test/#\nlocal-zone: \"evil.test\" static\n||evil.test^\n*.evil.test\n",
    ] {
        let (result, _) = read(text.as_bytes(), None, &Feed::new(""));
        assert!(result.unwrap_err().to_string().contains("not recognised"), "{text}");
    }
}

/// One list in six formats: 7,355 names with all names under them, or the 14,043 names they cover.
#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn one_list_in_six_formats() {
    let mut suffixes: Option<Vec<String>> = None;
    for (name, format) in [
        ("hagezi-fake.adblock.txt", Format::AdBlock),
        ("hagezi-fake.dnsmasq.txt", Format::Dnsmasq),
        ("hagezi-fake.unbound.conf", Format::Unbound),
        ("hagezi-fake.wildcard.txt", Format::Wildcard),
    ] {
        let (found, seen) = read_real(name);
        assert_eq!((found, seen.rejections.len(), seen.skips().len()), (format, 0, 0), "{name}");
        assert_eq!(seen.count(Kind::Domain, Some(Scope::Suffix)), 7_355, "{name}");
        let mut names: Vec<String> = seen.indicators.iter().map(ToString::to_string).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 7_355);
        assert_eq!(suffixes.get_or_insert(names.clone()), &names, "{name}");
    }
    let suffixes = suffixes.unwrap();
    let mut exact: Vec<Vec<String>> = Vec::new();
    for (name, format, scope) in [
        ("hagezi-fake.hosts.txt", Format::Hosts, Scope::Exact),
        ("hagezi-fake.domains.txt", Format::Plain, Scope::Suffix),
    ] {
        let (found, seen) = read_real(name);
        assert_eq!((found, seen.rejections.len()), (format, 0));
        assert_eq!(seen.count(Kind::Domain, Some(scope)), 14_043, "{name}");
        exact.push(seen.indicators.iter().map(ToString::to_string).collect());
    }
    assert_eq!(exact[0], exact[1]);
    let is_covered = |name: &String| {
        let mut rest = Some(&**name);
        std::iter::from_fn(|| {
            let this = rest?;
            rest = this.split_once('.').map(|(_, parent)| parent);
            Some(this)
        })
        .any(|parent| suffixes.binary_search_by(|suffix| (**suffix).cmp(parent)).is_ok())
    };
    assert_eq!(exact[0].iter().filter(|name| is_covered(name)).count(), 14_043);
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn other_real_lists() {
    let (format, seen) = read_real("hagezi-light.adblock.txt");
    assert_eq!((format, seen.rejections.len(), seen.skips().len()), (Format::AdBlock, 0, 0));
    assert_eq!(seen.count(Kind::Domain, Some(Scope::Suffix)), 122_680);
    // 482 exceptions. Two are globs, which apply at the start of a name and of each label.
    let (format, seen) = read_real("hagezi-allow-referral.adblock.txt");
    assert_eq!((format, seen.rejections.len(), seen.skips().len()), (Format::AdBlock, 0, 0));
    assert_eq!((seen.count(Kind::Domain, Some(Scope::Suffix)), seen.count(Kind::Pattern, None)), (480, 4));
    assert!(seen.events.iter().all(|event| event.ends_with(" action=allow")));
}
