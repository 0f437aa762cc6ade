//! Hosts: names, and addresses in every form that the standard allows.

use super::*;

#[test]
fn names_as_hosts() {
    table(&[
        ("http://WWW.Evil.Test/", "http://www.evil.test/"),
        ("http://localhost/", "http://localhost/"),
        ("http://_a.-b-.evil.test/", "http://_a.-b-.evil.test/"),
        ("http://xn--bcher-kva.test/", "http://xn--bcher-kva.test/"),
        ("http://XN--NOT-VALID.test/", "http://xn--not-valid.test/"),
        // Dots, plain and escaped, at the ends and in runs.
        ("http://evil.test./", "http://evil.test/"),
        ("http://..evil...test../", "http://evil.test/"),
        ("http://%2eevil%2e%2Etest%2e/", "http://evil.test/"),
        ("http://evil.%2e.%252Etest/", "http://evil.test/"),
        ("http://evil.test.:81/", "http://evil.test:81/"),
        ("http://\u{3002}evil\u{ff0e}\u{ff61}test\u{3002}/", "http://evil.test/"),
        // Escapes, nested and split.
        ("http://%65vil.test/", "http://evil.test/"),
        ("http://%45%56%49%4c.test/", "http://evil.test/"),
        ("http://%2565vil.test/", "http://evil.test/"),
        ("http://%%36%35vil.test/", "http://evil.test/"),
        ("http://%25%32%35%36%35vil.test/", "http://evil.test/"),
        // Other alphabets, plain and escaped.
        ("http://B\u{fc}cher.test/", "http://xn--bcher-kva.test/"),
        ("http://b%C3%BCcher.test/", "http://xn--bcher-kva.test/"),
        ("http://b%25C3%25bccher.test/", "http://xn--bcher-kva.test/"),
        ("http://B\u{dc}CHER%2Etest/", "http://xn--bcher-kva.test/"),
        ("http://\u{ff25}vil.test/", "http://evil.test/"),
        ("http://ev\u{ad}il.test/", "http://evil.test/"),
        // Not names.
        ("http://evil test/", "!bad_name_byte"),
        ("http://evil%20test/", "!bad_name_byte"),
        ("http://evil%00.test/", "!bad_name_byte"),
        ("http://evil%.test/", "!bad_name_byte"),
        ("http://evil%2.test/", "!bad_name_byte"),
        ("http://evil%2g.test/", "!bad_name_byte"),
        ("http://evil%2ftest/", "!bad_name_byte"),
        ("http://evil%5Ctest/", "!bad_name_byte"),
        ("http://evil%3Ftest/", "!bad_name_byte"),
        ("http://evil%23test/", "!bad_name_byte"),
        ("http://evil\u{ff05}41.test/", "!bad_name_byte"),
        ("http://evil%ff.test/", "!bad_name_byte"),
        ("http://evil%C3.test/", "!bad_name_byte"),
        ("http://evil,test/", "!bad_name_byte"),
        ("http://evil*test/", "!bad_name_byte"),
        ("http://\u{fc}.xn--a/", "!bad_idna"),
        ("http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test/", "!long_label"),
    ]);
}

/// The [IPv4 parser] of the WHATWG URL standard.
///
/// [IPv4 parser]: https://url.spec.whatwg.org/#concept-ipv4-parser
#[test]
fn ipv4_hosts() {
    table(&[
        ("http://192.0.2.1/", "http://192.0.2.1/"),
        ("http://192.0.2.1./", "http://192.0.2.1/"),
        ("http://.192..0.2.1.../", "http://192.0.2.1/"),
        // Decimal, octal, hexadecimal, and mixed.
        ("http://3221225985/", "http://192.0.2.1/"),
        ("http://030000001001/", "http://192.0.2.1/"),
        ("http://0xC0000201/", "http://192.0.2.1/"),
        ("http://0XC0.00.0x2.01/", "http://192.0.2.1/"),
        ("http://0300.0.0002.1/", "http://192.0.2.1/"),
        ("http://0xc0.0x0.0x2.0x1/", "http://192.0.2.1/"),
        ("http://0x00000000000000c0.0.2.000000000000000000000000001/", "http://192.0.2.1/"),
        ("http://010.8.010.8/", "http://8.8.8.8/"),
        // Short.
        ("http://192.0.513/", "http://192.0.2.1/"),
        ("http://192.513/", "http://192.0.2.1/"),
        ("http://192.0x201/", "http://192.0.2.1/"),
        ("http://192.0.65535/", "http://192.0.255.255/"),
        ("http://192.16777215/", "http://192.255.255.255/"),
        ("http://4294967295/", "http://255.255.255.255/"),
        ("http://0/", "http://0.0.0.0/"),
        ("http://0x/", "http://0.0.0.0/"),
        ("http://0X./", "http://0.0.0.0/"),
        ("http://192.0.2.0x/", "http://192.0.2.0/"),
        ("http://1/", "http://0.0.0.1/"),
        // Escaped and full-width digits.
        ("http://%31%39%32.0%2e2.1/", "http://192.0.2.1/"),
        ("http://%2531.2.3.4/", "http://1.2.3.4/"),
        ("http://\u{ff11}\u{ff19}\u{ff12}.0.2\u{3002}1/", "http://192.0.2.1/"),
        ("http://0\u{ff58}C0.0.2.1/", "http://192.0.2.1/"),
        ("gopher://3221225985/", "gopher://192.0.2.1/"),
        // Hosts that end in a number but are not addresses.
        ("http://192.0.2.256/", "!bad_address"),
        ("http://192.0.256.1/", "!bad_address"),
        ("http://192.0.65536/", "!bad_address"),
        ("http://192.16777216/", "!bad_address"),
        ("http://4294967296/", "!bad_address"),
        ("http://99999999999999999999999999/", "!bad_address"),
        ("http://0x100000000/", "!bad_address"),
        ("http://192.0.2.1.1/", "!bad_address"),
        ("http://192.0.2.09/", "!bad_address"),
        ("http://08/", "!bad_address"),
        ("http://192.0.2.0xg/", "http://192.0.2.0xg/"),
        ("http://evil.test.1/", "!bad_address"),
        ("http://evil.0x1/", "!bad_address"),
        ("http://evil.0x/", "!bad_address"),
        ("http://1.x.2/", "!bad_address"),
        ("http://-1/", "http://-1/"),
        ("http://1.-1/", "http://1.-1/"),
        // Hosts that do not end in a number, which makes them names.
        ("http://192.0.2.1.test/", "http://192.0.2.1.test/"),
        ("http://0xtest/", "http://0xtest/"),
        ("http://1e3/", "http://1e3/"),
        ("http://192.0.2.1-/", "http://192.0.2.1-/"),
        ("http://192.0.2.1_/", "http://192.0.2.1_/"),
        ("http://[192.0.2.1]/", "!bad_address"),
    ]);
}

#[test]
fn ipv6_hosts() {
    table(&[
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
        ("http://[2001:0DB8:0:0:0:0:0:1]/", "http://[2001:db8::1]/"),
        ("http://[2001:db8:0:0:1:0:0:1]/", "http://[2001:db8::1:0:0:1]/"),
        ("http://[2001:db8:0:1:1:1:1:1]/", "http://[2001:db8:0:1:1:1:1:1]/"),
        ("http://[2001:db8::192.0.2.1]/", "http://[2001:db8::c000:201]/"),
        ("http://[::]/", "http://[::]/"),
        ("http://[::1]?q", "http://[::1]/?q"),
        ("[2001:db8::1]", "http://[2001:db8::1]/"),
        ("gopher://[2001:db8::1]:70/", "gopher://[2001:db8::1]:70/"),
        // With an IPv4 address inside.
        ("http://[::ffff:192.0.2.1]/", "http://192.0.2.1/"),
        ("http://[::FFFF:C000:201]/", "http://192.0.2.1/"),
        ("http://[64:ff9b::192.0.2.1]/", "http://192.0.2.1/"),
        ("http://[64:ff9b::c000:201]/", "http://192.0.2.1/"),
        ("http://[64:ff9b:1::c000:201]/", "http://[64:ff9b:1::c000:201]/"),
        ("http://[::192.0.2.1]/", "http://[::c000:201]/"),
        // Zones.
        ("http://[fe80::1%eth0]/", "http://[fe80::1]/"),
        ("http://[fe80::1%25eth0]/", "http://[fe80::1]/"),
        ("http://[fe80::1%2525en0]/", "http://[fe80::1]/"),
        ("http://[fe80::1%abcd]/", "http://[fe80::1]/"),
        ("http://[fe80::1%25ab0]/", "http://[fe80::1]/"),
        ("http://[fe80::1%25]/", "http://[fe80::1]/"),
        ("http://[fe80::1%12]:81/", "http://[fe80::1]:81/"),
        // Escaped.
        ("http://[2001%3Adb8::1]/", "http://[2001:db8::1]/"),
        ("http://%5B2001%3Adb8%3A%3A1%5D/", "http://[2001:db8::1]/"),
        ("http://%5B%3a%3a%5D:81/", "http://[::]:81/"),
        // Not addresses.
        ("http://[]/", "!bad_address"),
        ("http://[", "!bad_name_byte"),
        ("http://]", "!bad_name_byte"),
        ("http://[::1/", "!bad_name_byte"),
        ("http://::1]/", "!no_host"),
        ("http://[::1]]/", "!bad_address"),
        ("http://[[::1]]/", "!bad_address"),
        ("http://[::1]x/", "!bad_name_byte"),
        ("http://[::1]80/", "!bad_name_byte"),
        ("http://[::1].test/", "!bad_name_byte"),
        ("http://x[::1]/", "!bad_name_byte"),
        ("http://.[::1]/", "!bad_name_byte"),
        ("http://[:::1]/", "!bad_address"),
        ("http://[1::2::3]/", "!bad_address"),
        ("http://[1:2:3:4:5:6:7]/", "!bad_address"),
        ("http://[1:2:3:4:5:6:7:8:9]/", "!bad_address"),
        ("http://[2001:db8::g]/", "!bad_address"),
        ("http://[2001:db8::12345]/", "!bad_address"),
        ("http://[ 2001:db8::1 ]/", "!bad_address"),
        ("http://[fe80::1%]/", "!bad_address"),
        ("http://[::ffff:192.0.2.256]/", "!bad_address"),
        ("http://[::ffff:192.0.2.01]/", "!bad_address"),
        ("http://[::ffff:192.0.513]/", "!bad_address"),
        ("http://[v1.a]/", "!bad_address"),
    ]);
}
