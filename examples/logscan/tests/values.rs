//! `logscan check`: single values, networks and mail addresses, from arguments and from standard input.

mod common;

use std::io::Write;
use std::process::Stdio;

use common::{Folder, folder};
use serde_json::json;

fn networks() -> Folder {
    let folder = folder();
    folder.write(
        "nets.txt",
        b"192.0.2.0/24\n192.0.2.0/26\n192.0.2.7\n192.0.2.20-192.0.2.70\n198.51.100.1:443\n2001:db8:1::/48\nevil.test\n",
    );
    folder.write("ours.txt", b"192.0.2.7\n");
    folder
}

#[test]
fn of_a_network_what_covers_it_and_what_lies_within_it() {
    let folder = networks();
    let run = folder.run("check -f nets.txt 192.0.2.0/26").code(0);
    assert_eq!(
        run.out,
        "\
192.0.2.0/26: prefix
  -> 192.0.2.0/24  ip, cidr  nets:1
  -> 192.0.2.0/26  ip, cidr  nets:2
  within 192.0.2.7  nets:3
  overlaps 192.0.2.20-192.0.2.70  nets:4
"
    );
    let check = |value: &str| folder.run(&format!("check --json -f nets.txt {value}")).json().remove(0);
    let within = |value: &str| -> Vec<String> {
        let answer = check(value);
        answer["within"].as_array().unwrap().iter().map(|row| row["indicator"].as_str().unwrap().to_owned()).collect()
    };
    let covers = |value: &str| -> Vec<String> {
        let answer = check(value);
        answer["matches"].as_array().unwrap().iter().map(|row| row["indicator"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(within("192.0.0.0/16"), ["192.0.2.0/24", "192.0.2.0/26", "192.0.2.7", "192.0.2.20-192.0.2.70"]);
    assert!(covers("192.0.0.0/16").is_empty());
    assert_eq!(covers("192.0.2.30-192.0.2.31"), ["192.0.2.0/24", "192.0.2.0/26", "192.0.2.20-192.0.2.70"]);
    assert!(within("192.0.2.30-192.0.2.31").is_empty());
    assert_eq!(within("198.51.100.0/24"), ["198.51.100.1:443"]);
    assert_eq!(covers("2001:db8:1:2::/64"), ["2001:db8:1::/48"]);
    assert_eq!(within("2001:db8::/32"), ["2001:db8:1::/48"]);
    assert_eq!(within("::ffff:192.0.2.4/126"), ["192.0.2.7"]);
    let none = check("203.0.113.0/24");
    assert_eq!((&none["kind"], &none["within_total"]), (&json!("prefix"), &json!(0)));
    assert!(none["why"].as_str().unwrap().contains("none lies within it"), "{none}");
    assert_eq!(folder.run("check -f nets.txt 203.0.113.0/24").code(1).out.lines().count(), 1);
    // Allowed indicators are withheld there, as everywhere.
    let run = folder.run("check -f nets.txt --allow ours.txt 192.0.2.4/30").code(0);
    assert!(!run.out.contains("within 192.0.2.7"), "{}", run.out);
    // A URL may look like a network.
    assert!(folder.run("check -f nets.txt 192.0.2.7/login").code(0).out.starts_with("192.0.2.7/login: url"));
}

#[test]
fn of_an_address_of_mail_what_its_domain_meets() {
    let folder = networks();
    let run =
        folder.run("check --json -f nets.txt Info@Mail.Evil.test a@192.0.2.7 x@ok.test hxxp://a@evil[.]test/").code(0);
    let rows = run.json();
    assert_eq!((&rows[0]["kind"], &rows[0]["canonical"]), (&json!("email"), &json!("info@mail.evil.test")));
    assert_eq!(rows[0]["matches"][0]["indicator"], "evil.test");
    assert_eq!(rows[1]["matches"].as_array().unwrap().len(), 3);
    assert_eq!((&rows[2]["kind"], &rows[2]["matches"]), (&json!("email"), &json!([])));
    assert_eq!(rows[3]["kind"], "url");
    // As mail programs write it.
    let input = b"<info@evil.test>\nThe Boss <info@evil.test>\nhttp://evil.test/?<a@b.test>\n";
    let rows = folder.run_with("check --json -f nets.txt", input).code(0).json();
    for row in &rows[..2] {
        assert_eq!(
            (&row["canonical"], &row["matches"][0]["indicator"]),
            (&json!("info@evil.test"), &json!("evil.test"))
        );
    }
    assert_eq!(rows[2]["kind"], "url");
}

#[test]
fn values_come_from_standard_input_too() {
    let folder = networks();
    let input = b"evil.test\r\n\n  192.0.2.0/24  \nok.test\nnot \xff a value\nwww.evil.test";
    let want = folder.run("check --json -f nets.txt evil.test 192.0.2.0/24 ok.test").code(0).json();
    for line in ["check --json -f nets.txt", "check --json -f nets.txt -"] {
        let rows = folder.run_with(line, input).code(0).json();
        assert_eq!(rows[..3], want[..], "{line}");
        assert_eq!((rows.len(), &rows[4]["value"]), (5, &json!("www.evil.test")));
        assert!(rows[3]["why"].is_string());
    }
    assert_eq!(folder.run_with("check -f nets.txt", b"ok.test\n").code(1).out.lines().count(), 1);
    assert_eq!(folder.run_with("check -f nets.txt", b"").code(1).out, "");
    // An overlong line costs no memory and is reported, and the others are read.
    let long = [b"a".repeat(1 << 20).as_slice(), b"\nevil.test\n"].concat();
    let run = folder.run_with("check --json -f nets.txt", &long).code(2);
    assert!(run.err.contains("standard input:1: a line of more than 16384 bytes"), "{}", run.err);
    assert_eq!(run.json()[0]["value"], "evil.test");
}

/// Values of all kinds are answered in the order in which they are given. `-` stands for the lines of standard input.
#[test]
fn answers_come_in_the_order_of_the_values() {
    let folder = networks();
    let values = [
        "ok.test",
        "192.0.2.0/24",
        "0123456789abcdef0123456789abcdef",
        "192.0.2.1-192.0.2.9",
        "info@evil.test",
        "not a value",
        "http://evil.test/a",
        "192.0.2.7",
        "2001:db8:1::1",
        "192.0.2.0/33",
        "7.2.0.192.in-addr.arpa",
    ];
    let given = |run: &common::Run| -> Vec<String> {
        run.json().iter().map(|row| row["value"].as_str().unwrap().to_owned()).collect()
    };
    for place in 0..=values.len() {
        let (before, after) = values.split_at(place);
        let middle = "b.test\nevil.test\n\n192.0.2.8\n";
        let mut command = folder.command("check --json -f nets.txt --");
        command.args(before).arg("-").args(after);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(middle.as_bytes()).unwrap();
        let run = common::Run::of(child.wait_with_output().unwrap(), "check");
        let want = [before, &["b.test", "evil.test", "192.0.2.8"], after].concat();
        assert_eq!(given(&run), want, "{place}");
        assert_eq!(run.code, 0);
    }
    assert_eq!(given(&folder.run_with("check --json -f nets.txt", values.join("\n").as_bytes())), values);
}

/// A reverse name is judged as a name and as the address that it stands for, as in a scan.
#[test]
fn of_a_reverse_name_what_its_address_meets() {
    let folder = networks();
    folder.write("arpa.txt", b"0.192.in-addr.arpa\n");
    let six = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
    let run = folder.run(&format!("check -f nets.txt -f arpa.txt 7.2.0.192.IN-ADDR.arpa. {six}")).code(0);
    assert_eq!(
        run.out,
        format!(
            "\
7.2.0.192.IN-ADDR.arpa.: domain = 7.2.0.192.in-addr.arpa, the reverse name of 192.0.2.7
  -> 0.192.in-addr.arpa  domain, subdomain  arpa:1
  -> 192.0.2.7  ip, exact  nets:3
  -> 192.0.2.0/26  ip, cidr  nets:2
  -> 192.0.2.0/24  ip, cidr  nets:1
{six}: domain, the reverse name of 2001:db8:1::1
  -> 2001:db8:1::/48  ip, cidr  nets:6
"
        )
    );
    let rows = folder
        .run("check --json -f nets.txt 9.113.0.203.in-addr.arpa http://7.2.0.192.in-addr.arpa/x 2.0.192.in-addr.arpa x7.2.0.192.in-addr.arpa 1.100.51.198.in-addr.arpa")
        .code(0)
        .json();
    assert_eq!((&rows[0]["reverse_of"], &rows[0]["why"]), (&json!("203.0.113.9"), &json!("no indicator covers it")));
    assert_eq!((&rows[1]["kind"], &rows[1]["reverse_of"]), (&json!("url"), &json!("192.0.2.7")));
    assert_eq!(rows[1]["matches"].as_array().unwrap().len(), 3);
    // Neither is the name of an address.
    for row in &rows[2..4] {
        assert_eq!((row.get("reverse_of"), &row["matches"]), (None, &json!([])), "{row}");
    }
    assert_eq!(
        (&rows[4]["matches"][0]["strength"], &rows[4]["reverse_of"]),
        (&json!("port_unseen"), &json!("198.51.100.1"))
    );
    // What is allowed is said.
    folder.write("ours.txt", b"192.0.2.7\n");
    let run = folder.run("check -f nets.txt --allow-all ours.txt 7.2.0.192.in-addr.arpa").code(1);
    assert!(run.out.contains("no indicator covers it; 3 suppressed by what is allowed"), "{}", run.out);
    // A scan finds the same.
    folder.write("ptr.log", b"query 7.2.0.192.in-addr.arpa PTR\n");
    assert_eq!(folder.run("scan -c -f nets.txt ptr.log").code(0).out, "3\n");
}

#[test]
fn a_broken_network_is_refused_and_no_url() {
    let folder = networks();
    for (value, want) in [
        ("192.0.2.0/33", "malformed prefix length: an address with a port is written 192.0.2.0:33"),
        ("192.0.2[.]0/024", "malformed prefix length: a network is written 192.0.2.0/24"),
        ("192.0.2.0/255.255.255.0", "malformed prefix length: the network is written 192.0.2.0/24"),
        ("192.0.2.0/33:80", "malformed prefix length"),
        ("2001:db8::/129", "malformed prefix length: an address with a port is written [2001:db8::]:129"),
        ("192.0.2/24", "malformed address"),
        ("10/8", "malformed address"),
        ("192.0.2.256/24", "malformed address"),
        ("192.0.02.0/24", "IPv4 octet with a leading zero is ambiguous"),
        ("192.0.2.9-192.0.2.1", "range ends before it starts"),
        ("192.0.2.9-2001:db8::1", "range mixes IPv4 and IPv6"),
    ] {
        let mut command = folder.command("check --json -f nets.txt");
        let run = common::Run::of(command.arg(value).output().unwrap(), value).code(1);
        let row = run.json().remove(0);
        assert_eq!((row.get("kind"), &row["matches"]), (None, &json!([])), "{row}");
        assert_eq!(row["why"], want, "{value}");
    }
    // These are URLs: what a host lists under them matches. The answer says how a network would be written.
    for value in ["203.0.113.0/24/", "203.0.113.0/0x18"] {
        let run = folder.run(&format!("check -f nets.txt {value}")).code(1);
        assert!(run.out.starts_with(&format!("{value}: url = http://{value}: no match: ")), "{}", run.out);
        assert!(run.out.ends_with("; a network is written 203.0.113.0/24\n"), "{}", run.out);
    }
    // Host bits are cleared, as they are in feeds, and the answer says so.
    let run = folder.run("check -f nets.txt 192.0.2.77/26 198.51.100.0/24:443 198.51.100.0/24:444").code(0);
    assert_eq!(
        run.out,
        "\
192.0.2.77/26: prefix = 192.0.2.64/26 (host bits cleared)
  -> 192.0.2.0/24  ip, cidr  nets:1
  overlaps 192.0.2.20-192.0.2.70  nets:4
198.51.100.0/24:443: prefix
  within 198.51.100.1:443  nets:5
198.51.100.0/24:444: prefix: no match: no indicator covers it, and none lies within it
"
    );
    assert_eq!(folder.run("check --json -f nets.txt 192.0.2.77/26").json()[0]["host_bits"], true);
}

#[test]
fn check_says_what_matches_and_why_nothing_does() {
    let folder = folder();
    let run = folder
        .run("check -f c2.txt WWW.evil.test 198.51.100.3 hxxp://shop[.]test/login/x ok.test shop.test a..b")
        .code(0);
    assert_eq!(
        run.out,
        "\
WWW.evil.test: domain = www.evil.test
  -> evil.test  domain, subdomain  c2:3
198.51.100.3: ip
  -> 198.51.100.0/28  ip, cidr  c2:2
hxxp://shop[.]test/login/x: url = http://shop.test/login/x
  -> http://shop.test/login/  url, url_prefix  c2:5
ok.test: domain: no match: no indicator covers it
shop.test: domain: no match: 1 of URLs of which only the host was given (see --weak)
a..b: no match: name with an empty label
"
    );
    let rows = folder.run("check --json -f c2.txt WWW.evil.test ok.test a..b").code(0).json();
    assert_eq!(rows[0]["canonical"], "www.evil.test");
    assert_eq!(rows[0]["matches"][0]["indicator"], "evil.test");
    assert_eq!(rows[0]["matches"][0]["sources"][0]["line"], 3);
    assert_eq!(rows[1]["why"], "no indicator covers it");
    assert_eq!(rows[2]["why"], "name with an empty label");
}
