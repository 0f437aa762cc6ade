//! Services by name.

use super::vocabulary::Vocabulary;

/// The port of a service that firewalls, tcpdump, netstat or argus print by name, in any case.
pub(crate) fn port(name: &[u8]) -> Option<u16> {
    const PORTS: [(&str, u16); 57] = [
        ("ftp-data", 20),
        ("ftp", 21),
        ("ssh", 22),
        ("telnet", 23),
        ("smtp", 25),
        ("time", 37),
        ("whois", 43),
        ("tacacs", 49),
        ("domain", 53),
        ("bootps", 67),
        ("bootpc", 68),
        ("tftp", 69),
        ("gopher", 70),
        ("finger", 79),
        ("http", 80),
        ("www", 80),
        ("kerberos", 88),
        ("pop3", 110),
        ("sunrpc", 111),
        ("auth", 113),
        ("nntp", 119),
        ("ntp", 123),
        ("epmap", 135),
        ("netbios-ns", 137),
        ("netbios-dgm", 138),
        ("netbios-ssn", 139),
        ("imap2", 143),
        ("imap", 143),
        ("snmp", 161),
        ("snmp-trap", 162),
        ("snmptrap", 162),
        ("bgp", 179),
        ("irc", 194),
        ("ldap", 389),
        ("https", 443),
        ("microsoft-ds", 445),
        ("submissions", 465),
        ("isakmp", 500),
        ("syslog", 514),
        ("printer", 515),
        ("route", 520),
        ("submission", 587),
        ("ipp", 631),
        ("ldaps", 636),
        ("domain-s", 853),
        ("rsync", 873),
        ("imaps", 993),
        ("pop3s", 995),
        ("openvpn", 1194),
        ("ms-sql-s", 1433),
        ("radius", 1812),
        ("nfs", 2049),
        ("mysql", 3306),
        ("ms-wbt-server", 3389),
        ("sip", 5060),
        ("postgresql", 5432),
        ("http-alt", 8080),
    ];
    const NAMES: [&[u8]; PORTS.len()] = {
        let mut names: [&[u8]; PORTS.len()] = [&[]; PORTS.len()];
        let mut at = 0;
        while at < PORTS.len() {
            names[at] = PORTS[at].0.as_bytes();
            at += 1;
        }
        names
    };
    static WORDS: Vocabulary = Vocabulary::new(&NAMES);
    WORDS.position(name).map(|at| PORTS[at].1)
}

#[cfg(test)]
mod tests {
    use super::port;

    #[test]
    fn services_in_any_case_and_nothing_like_them() {
        for (name, expected) in [
            ("ssh", Some(22)),
            ("SSH", Some(22)),
            ("Http-Alt", Some(8080)),
            ("netbios-dgm", Some(138)),
            ("ms-wbt-server", Some(3389)),
            ("sip", Some(5060)),
            ("", None),
            ("s", None),
            ("ssi", None),
            ("ssht", None),
            ("3sh", None),
            ("ms-wbt-servers", None),
            ("a-service-of-some-length", None),
        ] {
            assert_eq!(port(name.as_bytes()), expected, "{name}");
        }
    }
}
