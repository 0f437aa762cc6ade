//! Lists of addresses and networks, each with features of its own.

use netsieve::feed::Format;
use netsieve::{Action, Feed};

use crate::seen::{events, events_named, events_of, read};

#[test]
fn lists() {
    for (format, list, expected) in [
        (
            Format::Drop,
            "; Spamhaus DROP List 2026/05/01 - made up\n; Last-Modified: x\n192.0.2.0/24 ; SBL1\n198.51.100.0/33 ; SBL2\n203.0.113.0/24\n",
            &["3 ip 192.0.2.0/24 ref=SBL1", "4 ! bad_prefix_length: 198.51.100.0/33", "5 ip 203.0.113.0/24"][..],
        ),
        (
            Format::DShield,
            "# made up\n#\nStart\tEnd\tNetmask\tAttacks\tName\tCountry\temail\n\
             192.0.2.0\t192.0.2.255\t24\t100\tEXAMPLE\tAA\tabuse@isp.example\n\
             198.051.100.000\t198.051.100.127\t25\t9\t\t\t\n\
             203.0.113.9\t203.0.113.1\t24\t1\n\
             what\n",
            &[
                "4 ip 192.0.2.0/24 score=100 text=EXAMPLE, AA, abuse@isp.example",
                "5 ip 198.51.100.0/25 score=9",
                "6 ! reversed_range: 203.0.113.9\t203.0.113.1",
                "7 ! malformed: what",
            ],
        ),
        (
            Format::FireHol,
            "#\n# made_up\n#\n# ipv4 hash:net ipset\n#\n# Category        : attacks\n#\n192.0.2.0/24\n198.51.100.7\n198.51.100\n",
            &["8 ip 192.0.2.0/24 tags=attacks", "9 ip 198.51.100.7 tags=attacks", "10 ! bad_address: 198.51.100"],
        ),
        (
            Format::EMule,
            "# made up\n192.000.002.000 - 192.000.002.255 , 000 , one, two\n198.51.100.1 , 198.51.100.2 , 126 , three\n\
             198.51.100.0 - 198.51.100.9 , 127 , let pass\n203.0.113.1 - 203.0.113.1 , no level\n\
             203.0.113.900 - 203.0.113.901 , 0 , x\nwhat is this\n",
            &[
                "2 ip 192.0.2.0/24 tags=one, two",
                "3 ip 198.51.100.1-198.51.100.2 tags=three",
                "4 - other_action",
                "5 ip 203.0.113.1 tags=no level",
                "6 ! bad_address: 203.0.113.900 - 203.0.113.901",
                "7 ! malformed: what is this",
            ],
        ),
        (
            Format::P2p,
            "# made up\nOne: two: three:192.0.2.0-192.0.2.255\n:198.51.100.1-198.51.100.2\nSix:2001:db8::-2001:db8::ff\nBad:192.0.2.9-192.0.2.1\nnone\n",
            &[
                "2 ip 192.0.2.0/24 tags=One: two: three",
                "3 ip 198.51.100.1-198.51.100.2",
                "4 ip 2001:db8::/120 tags=Six",
                "5 ! reversed_range: 192.0.2.9-192.0.2.1",
                "6 ! malformed: none",
            ],
        ),
        (
            Format::AlienVault,
            "192.0.2.1#4#2#Malicious Host;Scanning Host#AA##37.5,126.9#3\n192.0.2.300#4#2#x####1\n192.0.2.2#4\n",
            &[
                "1 ip 192.0.2.1 tags=Malicious Host,Scanning Host score=4 text=risk: 2; country: AA; place: 37.5,126.9",
                "2 ! bad_address: 192.0.2.300",
                "3 ! malformed: 192.0.2.2#4",
            ],
        ),
        (
            Format::IpSet,
            "create made_up hash:net family inet hashsize 1024 maxelem 65536\nadd made_up 192.0.2.0/24 timeout 300 comment \"why so\"\n\
             add made_up 192.0.2.7 nomatch\nadd ports 192.0.2.1,tcp:80\nadd ports 192.0.2.1,udp:53 timeout 9\nadd faces 198.51.100.0/24,eth0\n\
             add made_up 192.0.2.300\nadd names evil.test\ndel made_up 192.0.2.0/24\nadd made_up\n",
            &[
                "2 ip 192.0.2.0/24 text=why so",
                "3 ip 192.0.2.7 action=allow",
                "4 ip 192.0.2.1:80",
                "5 ip 192.0.2.1:53 text=timeout 9",
                "6 ip 198.51.100.0/24",
                "7 ! bad_address: 192.0.2.300",
                "8 ! bad_address: evil.test",
                "9 - setting",
                "10 ! malformed: add made_up",
            ],
        ),
        (
            Format::Nft,
            "table inet filter {\n\tset made_up {\n\t\ttype ipv4_addr\n\t\tflags interval,timeout\n\
             \t\telements = { 192.0.2.1, 192.0.2.4-192.0.2.9 timeout 1h expires 27s956ms,\n\
             \t\t\t     198.51.100.0/24 comment \"why, so\", 2001:db8::/32,\n\t\t\t     192.0.2.300 }\n\t}\n\
             \tchain input {\n\t\tip saddr @made_up drop\n\t}\n}\n\
             define others = { 203.0.113.1, $made_up }\nadd element inet filter made_up { 203.0.113.2 . tcp . 80 }\n",
            &[
                "5 ip 192.0.2.1",
                "5 ip 192.0.2.4-192.0.2.9 text=timeout 1h expires 27s956ms",
                "6 ip 198.51.100.0/24 text=why, so",
                "6 ip 2001:db8::/32",
                "7 ! bad_address: 192.0.2.300",
                "9 - setting",
                "10 - setting",
                "13 ip 203.0.113.1",
                "13 ! unrecognised: $made_up",
                "14 ip 203.0.113.2:80",
            ],
        ),
        (
            Format::Tor,
            "ExitNode 0011AA\nPublished 2026-05-01 11:00:00\nLastStatus 2026-05-01 12:00:00\nExitAddress 192.0.2.1 2026-05-01 12:10:00\n\
             ExitNode 0022BB\nExitAddress 192.0.2.300 2026-05-01 12:10:00\nExitAddress 192.0.2.2\nwhat\n",
            &[
                "4 ip 192.0.2.1 tags=tor last=2026-05-01T12:10:00Z id=0011AA",
                "6 ! bad_address: 192.0.2.300",
                "7 ip 192.0.2.2 tags=tor id=0022BB",
                "8 ! malformed: what",
            ],
        ),
    ] {
        assert_eq!(events(format, list), expected, "{list}");
    }
    let feed = Feed::new("").action(Action::Allow);
    assert_eq!(events_of(Format::IpSet, b"add x 192.0.2.7 nomatch\n", &feed), ["1 ip 192.0.2.7"]);
}

#[test]
fn openphish_is_named_and_never_guessed() {
    let list = "https://evil.test/a\nhttp://bad.example/\n";
    let (result, seen) = read(list.as_bytes(), None, &Feed::new(""));
    assert_eq!((result.unwrap(), seen.events[0].as_str()), (Format::Plain, "1 url https://evil.test/a"));
    assert_eq!(events_named(Format::OpenPhish, list)[0], "1 url https://evil.test/a tags=phishing");
}
