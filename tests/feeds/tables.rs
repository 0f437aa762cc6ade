//! Tables with and without a header.

use netsieve::feed::Format;
use netsieve::indicator::{Column, ColumnRole, Columns};
use netsieve::{Feed, Kind, Policy, Scope};

use crate::seen::{events, events_named, events_of, read, read_real};

#[test]
fn csv_with_a_header() {
    let table = "\
# made up
type,Indicator,Malware Family,First Seen,confidence,Tags,Reference,Owner
domain,evil.test,examplebot,2026-05-01 12:00:00,80,\"phishing, c2\",https://ref.example/1,someone
ipv4,192.0.2.1,examplebot,2026-05-02,x,None,,
hostname,www.evil.test,,,,,,
url,evil.test/a,,20260503,,,,\"a \"\"quoted\"\" name\"
md5,d41d8cd98f00b204e9800998ecf8427e,examplebot,,,,,
,,,,,,,

whatever,bad.example,,not a date,,,,
domain,,examplebot,,,,,
domain,evil..test,,,,,,
domain,\"a.bad.example, b.bad.example\",,,,,,
short,c.bad.example
domain,open.example,,,,\"no end,,
domain,last.example,,,,,,
";
    let expected = [
        "3 domain suffix evil.test tags=phishing,c2 family=examplebot score=80 first=2026-05-01T12:00:00Z \
         ref=https://ref.example/1 text=Owner: someone",
        "4 ip 192.0.2.1 family=examplebot first=2026-05-02T00:00:00Z text=confidence: x",
        "5 domain exact www.evil.test",
        "6 url http://evil.test/a first=2026-05-03T00:00:00Z text=Owner: a \"quoted\" name",
        "7 hash d41d8cd98f00b204e9800998ecf8427e family=examplebot",
        "10 domain suffix bad.example text=First Seen: not a date",
        "11 ! empty: domain,,examplebot,,,,,",
        "12 ! empty_label: evil..test",
        "13 domain suffix a.bad.example",
        "13 domain suffix b.bad.example",
        "14 domain suffix c.bad.example",
        "15 ! malformed: domain,open.example,,,,\"no end,,",
        "16 domain suffix last.example",
    ];
    assert_eq!(events(Format::Csv, table), expected);
}

#[test]
fn csv_of_other_shapes() {
    for (table, expected) in [
        // Several columns of values, a port, another delimiter.
        (
            "Domain;IP Address;Port\nevil.test;192.0.2.1;8080\nbad.example;-;\n;2001:db8::1;443\n",
            &[
                "2 domain suffix evil.test:8080",
                "2 ip 192.0.2.1:8080",
                "3 domain suffix bad.example",
                "4 ip [2001:db8::1]:443",
            ][..],
        ),
        // A header in a comment; blanks before quotes.
        (
            "# made up\n# \"first_seen\", \"url\", \"id\"\n\"2026-05-01\", \"hxxp://evil.test/a,b\", \"7\"\n",
            &["3 url http://evil.test/a,b first=2026-05-01T00:00:00Z id=7"],
        ),
        // No header: the column that holds values.
        (
            "hxxp://evil.test/a,2026-05-01 12:00:00,x1\nhxxp://bad.example/,2026-05-02 12:00:00,x2\n",
            &[
                "1 url http://evil.test/a text=2026-05-01 12:00:00; x1",
                "2 url http://bad.example/ text=2026-05-02 12:00:00; x2",
            ],
        ),
        // From a spreadsheet: a byte order mark, CRLF, empty rows, the no-break space of Mac OS Roman.
        (
            "\u{feff}Name,Domain\r\none,evil.test\r\n,\r\ntwo,bad[.]example\r\n,\r\n",
            &["2 domain suffix evil.test text=Name: one", "4 domain suffix bad.example text=Name: two"],
        ),
        ("Domain\tUse\n\t\nevil.test\tmade up\n", &["3 domain suffix evil.test text=Use: made up"]),
        // File names are not domains.
        (
            "Download URL,Dropped\nhttp://evil.test/mr t/a.exe,a.exe\nbad.example,b.exe\n",
            &[
                "2 url http://evil.test/mr%20t/a.exe text=Dropped: a.exe",
                "3 url http://bad.example/ text=Dropped: b.exe",
            ],
        ),
        // The only confidence with a known scale.
        (
            "ipAddress,abuseConfidenceScore,lastReportedAt\n192.0.2.1,100,2026-05-01T00:00:00+00:00\n",
            &["2 ip 192.0.2.1 confidence=100 last=2026-05-01T00:00:00Z"],
        ),
    ] {
        assert_eq!(events(Format::Csv, table), expected, "{table}");
    }
    assert_eq!(
        events(Format::Csv, b"Domain,Use\r\nevil.test\xca,Fraud\r\nbad.example,Fraud\r\n")[0],
        "2 domain suffix evil.test text=Use: Fraud"
    );
}

#[test]
fn lines_of_a_table_that_hold_no_values() {
    // For spreadsheets: the delimiter, in the first line only.
    for (table, expected) in [
        ("sep=;\r\nindicator;type\r\nevil.test;domain\r\n", vec!["3 domain suffix evil.test"]),
        ("sep=,\nindicator,type\nevil.test,domain\n", vec!["3 domain suffix evil.test"]),
        ("sep=\t\nindicator\ttype\nevil.test\tdomain\n", vec!["3 domain suffix evil.test"]),
        ("sep=|\nevil.test|a\n192.0.2.1|b\n", vec!["2 domain suffix evil.test text=a", "3 ip 192.0.2.1 text=b"]),
        ("indicator;type\nsep=;\nevil.test;domain\n", vec!["2 ! unrecognised: sep=", "3 domain suffix evil.test"]),
        // Below the header of a Markdown table.
        ("| Indicator | Type |\n|---|:-:|\n| evil.test | domain |\n", vec!["3 domain suffix evil.test"]),
        ("indicator,type\n-,-\nevil.test,domain\n", vec!["2 ! empty: -,-", "3 domain suffix evil.test"]),
        ("indicator,type\n--a,--\nevil.test,domain\n", vec!["2 ! single_label: --a", "3 domain suffix evil.test"]),
    ] {
        assert_eq!(events(Format::Csv, table), expected, "{table}");
    }
    for table in ["sep=;\r\nindicator;type\r\nevil.test;domain\r\n", "sep=|\nevil.test|a\n192.0.2.1|b\n"] {
        assert_eq!(read(table.as_bytes(), None, &Feed::new("x")).0.unwrap(), Format::Csv);
    }
}

#[test]
fn tables_with_a_known_header() {
    for (format, table, expected) in [
        (
            Format::Urlhaus,
            "# made up\n#\n# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n\
             \"7\",\"2026-05-01 12:00:00\",\"http://evil.test/a,b\",\"online\",\"2026-05-02 12:00:00\",\"malware_download\",\"elf,mips\",\"https://ref.example/7\",\"someone\"\n\
             \"8\",\"2026-05-01 12:00:00\",\"\",\"offline\",\"\",\"\",\"None\",\"\",\"\"\n",
            &[
                "4 url http://evil.test/a,b tags=online,malware_download,elf,mips first=2026-05-01T12:00:00Z \
                 last=2026-05-02T12:00:00Z ref=https://ref.example/7 id=7 text=reporter: someone",
                "5 ! empty: 8,2026-05-01 12:00:00,,offline,,,None,,",
            ][..],
        ),
        (
            Format::Urlhaus,
            "# id,dateadded,url,url_status,threat,tags,urlhaus_link,reporter\n\"7\",\"2026-05-01 12:00:00\",\"http://evil.test/\",\"online\",\"x\",\"None\",\"\",\"\"\n",
            &["2 url http://evil.test/ tags=online,x first=2026-05-01T12:00:00Z id=7"],
        ),
        (
            Format::ThreatFox,
            "# made up\r\n# \"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"ioc_type\",\"threat_type\",\"fk_malware\",\"malware_alias\",\"malware_printable\",\"last_seen_utc\",\"confidence_level\",\"is_compromised\",\"reference\",\"tags\",\"anonymous\",\"reporter\"\r\n\
             \"2026-05-01 12:00:00\", \"7\", \"192.0.2.1:443\", \"ip:port\", \"botnet_cc\", \"win.ex\", \"None\", \"ExampleBot\", \"\", \"75\", \"False\", \"None\", \"a,b\", \"0\", \"x\"\r\n\
             \"2026-05-01 12:00:00\", \"8\", \"[2001:db8::1]:443\", \"ip:port\", \"\", \"\", \"\", \"\", \"\", \"\", \"\", \"\", \"\", \"\", \"\"\r\n\
             \"2026-05-01 12:00:00\", \"9\", \"d41d8cd98f00b204e9800998ecf8427e\", \"md5_hash\", \"payload\", \"\", \"\", \"\", \"\", \"\", \"\", \"\", \"\", \"\", \"\"\r\n\
             # Number of entries: 3\r\n",
            &[
                "3 ip 192.0.2.1:443 tags=botnet_cc,win.ex,a,b family=ExampleBot confidence=75 first=2026-05-01T12:00:00Z id=7 \
                 text=is_compromised: False; anonymous: 0; reporter: x",
                "4 ip [2001:db8::1]:443 first=2026-05-01T12:00:00Z id=8",
                "5 hash d41d8cd98f00b204e9800998ecf8427e tags=payload first=2026-05-01T12:00:00Z id=9",
            ],
        ),
        (
            Format::Feodo,
            "# made up\n\"first_seen_utc\",\"dst_ip\",\"dst_port\",\"c2_status\",\"last_online\",\"malware\"\n\
             \"2026-05-01 12:00:00\",\"192.0.2.1\",\"443\",\"online\",\"2026-05-02\",\"ExampleBot\"\n\
             \"2026-05-01 12:00:00\",\"192.0.2.300\",\"443\",\"offline\",\"\",\"ExampleBot\"\n# END 2 entries\n",
            &[
                "3 ip 192.0.2.1:443 tags=online family=ExampleBot first=2026-05-01T12:00:00Z last=2026-05-02T00:00:00Z",
                "4 ! bad_address: 192.0.2.300",
            ],
        ),
        (
            Format::Feodo,
            "# Firstseen,DstIP,DstPort,LastOnline,Malware\n2026-05-01 12:00:00,192.0.2.1,80,2026-05-02,ExampleBot\n",
            &["2 ip 192.0.2.1:80 family=ExampleBot first=2026-05-01T12:00:00Z last=2026-05-02T00:00:00Z"],
        ),
        (
            Format::Sslbl,
            "# Firstseen,DstIP,DstPort\n2026-05-01 12:00:00,192.0.2.1,443\n2026-05-01 12:00:00,192.0.2.2,0\n",
            &["2 ip 192.0.2.1:443 first=2026-05-01T12:00:00Z", "3 ip 192.0.2.2 first=2026-05-01T12:00:00Z"],
        ),
        (
            Format::PhishTank,
            "phish_id,url,phish_detail_url,submission_time,verified,verification_time,online,target\n\
             7,http://evil.test/a,https://ref.example/7,2026-05-01T12:00:00+00:00,yes,2026-05-01T13:00:00+00:00,yes,Other\n",
            &["2 url http://evil.test/a tags=phishing first=2026-05-01T12:00:00Z last=2026-05-01T13:00:00Z \
               ref=https://ref.example/7 id=7 text=verified: yes; online: yes; target: Other"],
        ),
        (
            Format::MispCsv,
            "uuid,event_id,category,type,value,comment,to_ids,date\n\
             u1,7,Network activity,domain,\"evil.test\",\"\",1,20260501\n\
             u2,7,Network activity,domain|ip,\"bad.example|192.0.2.1\",\"why\",0,20260501\n\
             u3,7,Network activity,ip-dst|port,192.0.2.2|80,\"\",1,20260501\n\
             u4,7,Payload delivery,email-src,a@evil.test,\"\",1,20260501\n\
             u5,7,External analysis,link,https://ref.example/,\"\",0,20260501\n",
            &[
                "2 domain suffix evil.test tags=Network activity first=2026-05-01T00:00:00Z id=u1 text=event_id: 7",
                "3 domain suffix bad.example tags=Network activity,to_ids:false first=2026-05-01T00:00:00Z id=u2 text=why; event_id: 7",
                "3 ip 192.0.2.1 tags=Network activity,to_ids:false first=2026-05-01T00:00:00Z id=u2 text=why; event_id: 7",
                "4 ip 192.0.2.2:80 tags=Network activity first=2026-05-01T00:00:00Z id=u3 text=event_id: 7",
                "5 email a@evil.test tags=Payload delivery first=2026-05-01T00:00:00Z id=u4 text=event_id: 7",
                "6 - link",
            ],
        ),
    ] {
        assert_eq!(events(format, table), expected, "{table}");
    }
    let hashes =
        "# Firstseen,SHA1,Listingreason\n2026-05-01 12:00:00,da39a3ee5e6b4b0d3255bfef95601890afd80709,ExampleBot C&C\n";
    let (result, seen) = read(hashes.as_bytes(), None, &Feed::new(""));
    assert_eq!((result.unwrap(), seen.records.len()), (Format::Sslbl, 1));
    let (result, _) = read(b"a,b\n1,2\n", Some(Format::Feodo), &Feed::new(""));
    assert!(result.unwrap_err().to_string().contains("no header with the columns dst_ip, dst_port, malware"));
}

#[test]
fn cells_over_lines() {
    let table =
        "domain,comment\nevil.test,\"one\ntwo, three\"\nbad.example,\"open\nworse.example,x\n\"a.test\",\"y\nz\"\n";
    let expected = [
        "2 domain suffix evil.test text=one\ntwo, three",
        "4 ! malformed: bad.example,\"open",
        "5 domain suffix worse.example text=x",
        "6 domain suffix a.test text=y\nz",
    ];
    assert_eq!(events(Format::Csv, table), expected);
}

/// A column for each kind of value, of which each row fills one.
#[test]
fn each_kind_in_a_column_of_its_own() {
    let table = "NetworkIP,NetworkDestinationIP,DomainName,Url,FileHashValue,EmailSenderAddress,ExpirationDateTime\n\
        192.0.2.1,,,,,,2027-05-12T00:00:00Z\n,192.0.2.2,,,,,\n,,evil.test,,,,\n,,,http://evil.test/a,,,\n\
        ,,,,d41d8cd98f00b204e9800998ecf8427f,,\n,,,,,boss@evil.test,\n";
    let expected = [
        "2 ip 192.0.2.1 until=2027-05-12T00:00:00Z",
        "3 ip 192.0.2.2",
        "4 domain suffix evil.test",
        "5 url http://evil.test/a",
        "6 hash d41d8cd98f00b204e9800998ecf8427f",
        "7 email boss@evil.test",
    ];
    assert_eq!(events(Format::Csv, table), expected);
}

/// Platforms export indicators as patterns, in CSV and as members of JSON.
#[test]
fn patterns_of_stix_in_a_column() {
    let pattern = "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.2' AND \
                   network-traffic:dst_port = 443]";
    let table = format!(
        "\"entity_type\";\"name\";\"pattern_type\";\"pattern\";\"valid_until\";\"x_opencti_score\"\n\
        \"Indicator\";\"c2\";\"stix\";\"[ipv4-addr:value = '192.0.2.1' OR domain-name:value = 'evil.test']\";\
        \"2027-05-12T10:02:03.000Z\";\"80\"\n\
        \"Indicator\";\"c2\";\"stix\";\"{pattern}\";;\n\
        \"Indicator\";\"x\";\"stix\";\"[process:name = 'a.exe']\";;\n\
        \"Indicator\";\"x\";\"yara\";\"rule x {{ condition: true }}\";;\n"
    );
    let events_of = |format, text: &str| {
        let (result, seen) = read(text.as_bytes(), format, &Feed::new(""));
        (result.expect("a table"), seen.events)
    };
    let (format, seen) = events_of(None, &table);
    assert_eq!(format, Format::Csv);
    let text = "text=entity_type: Indicator; name: c2; pattern_type: stix";
    let expected = [
        format!("2 ip 192.0.2.1 score=80 until=2027-05-12T10:02:03Z {text}"),
        format!("2 domain suffix evil.test score=80 until=2027-05-12T10:02:03Z {text}"),
        format!("3 ip 192.0.2.2:443 {text}"),
        "4 - other_kind".to_owned(),
        "5 ! unrecognised: rule x { condition: true }".to_owned(),
    ];
    assert_eq!(seen, expected);
    // A column of ports belongs to these values as to others.
    let (_, seen) = events_of(Some(Format::Csv), "pattern,port\n\"[ipv4-addr:value = '192.0.2.1']\",8443\n");
    assert_eq!(seen, ["2 ip 192.0.2.1:8443"]);
    let json = table.lines().skip(1).take(2).map(|row| {
        let cell = row.split("\";\"").nth(3).expect("a pattern").split("\";").next().expect("its text");
        format!("{{\"name\":\"x\",\"pattern\":\"{cell}\"}}\n")
    });
    let (format, seen) = events_of(None, &json.collect::<String>());
    assert_eq!(format, Format::JsonLines);
    let expected =
        ["1 ip 192.0.2.1 text=name: x", "1 domain suffix evil.test text=name: x", "2 ip 192.0.2.2:443 text=name: x"];
    assert_eq!(seen, expected);
}

#[test]
fn columns_that_the_user_names() {
    let mut columns = Columns::default();
    columns.roles.push((ColumnRole::Value, Column::Name("what".to_owned())));
    columns.roles.push((ColumnRole::Confidence, Column::Name("sure".to_owned())));
    columns.roles.push((ColumnRole::Ignore, Column::Name("noise".to_owned())));
    let feed = Feed::new("").columns(columns.clone());
    let read_named = |table: &str, feed: &Feed| read(table.as_bytes(), Some(Format::Csv), feed);
    let (result, seen) = read_named("noise,What,Sure,else\nx,evil.test,90,more\n", &feed);
    assert_eq!(result.unwrap(), Format::Csv);
    assert_eq!(seen.events, ["2 domain suffix evil.test confidence=90 text=else: more"]);
    let (result, _) = read_named("a,b\nx,evil.test\n", &feed);
    assert!(result.unwrap_err().to_string().contains("there is no column `what` (columns: a, b)"));

    columns.roles = vec![(ColumnRole::Url, Column::Number(2)), (ColumnRole::Tags, Column::Number(1))];
    columns.delimiter = Some('|');
    let feed = Feed::new("").columns(columns.clone());
    let (_, seen) = read_named("x|evil.test/a\ny,z|bad.example\n", &feed);
    assert_eq!(seen.events, ["1 url http://evil.test/a tags=x", "2 url http://bad.example/ tags=y,z"]);
    columns.roles = vec![(ColumnRole::Tags, Column::Number(1))];
    let (result, _) = read_named("x|evil.test/a\n", &Feed::new("").columns(columns.clone()));
    assert!(result.unwrap_err().to_string().contains("no column is declared to hold values"));
    columns.roles = vec![(ColumnRole::Value, Column::Number(0))];
    let (result, _) = read_named("x|evil.test/a\n", &Feed::new("").columns(columns));
    assert!(result.unwrap_err().to_string().contains("there is no column 0"));
}

#[test]
fn entries_not_meant_for_detection() {
    let table = "value,to_ids\nevil.test,1\nbad.example,0\n";
    assert_eq!(
        events(Format::Csv, table),
        ["2 domain suffix evil.test", "3 domain suffix bad.example tags=to_ids:false"]
    );
    let mut policy = Policy::default();
    policy.only_to_ids = true;
    let feed = Feed::new("").policy(policy);
    let expected = ["2 domain suffix evil.test", "3 - not_for_detection"];
    assert_eq!(events_of(Format::Csv, table.as_bytes(), &feed), expected);
}

/// Without a known header or a column that is clearly of values, the table is an error that asks for the columns.
#[test]
fn tables_without_a_clear_layout_are_an_error() {
    for table in [
        "What,When\nevil.test,2026\n",
        "1,2\n3,4\n",
        "a.exe,b\nb.exe,c\n",
        "192.0.2.0,192.0.2.255\n198.51.100.0,198.51.100.255\n",
        "evil.test\n",
    ] {
        let (result, _) = read(table.as_bytes(), None, &Feed::new(""));
        assert!(!matches!(result, Ok(Format::Csv)), "{table}");
    }
    let (result, _) = read(b"What,When\nx,2026\n", Some(Format::Csv), &Feed::new(""));
    assert!(result.unwrap_err().to_string().contains("no column has a known name"));
    assert_eq!(events_named(Format::Csv, ""), [""; 0]);
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn real_tables() {
    let (format, seen) = read_real("stalkerware-network.csv");
    assert_eq!(format, Format::Csv);
    // 969 domains and 65 addresses according to the type column. One of the domains is an address and two are URLs.
    let counts = [(Kind::Domain, Some(Scope::Suffix)), (Kind::Ip, None), (Kind::Url, Some(Scope::Exact))];
    assert_eq!(counts.map(|(kind, scope)| seen.count(kind, scope)), [966, 66, 2]);
    assert_eq!((seen.records.len(), seen.rejections.len()), (1_034, 0));
    assert!(seen.events[0].ends_with("1ca43.appspot.com family=TheTruthSpy"));

    // 2,621 rows without a header, each with a URL, and all but one with a hash.
    let (format, seen) = read_real("unit42/keybase_panels.txt");
    assert_eq!((format, seen.rejections.len(), seen.records.len()), (Format::Csv, 1, 2_621 + 2_620));
    assert_eq!(seen.count(Kind::Url, Some(Scope::Exact)), 2_621);
    assert!(seen.listed.iter().all(|listed| listed.starts_with("hxxp://") || !listed.contains("://")));
    assert!(seen.records.iter().all(|(_, value)| value.starts_with("http://") || value.len() == 64));

    // 59,999 rows, 23,309 of them with a name or one of six addresses. 51 names end in the no-break space of Mac OS
    // Roman.
    let (format, seen) = read_real("unit42/silverterrier_domains19_head.csv");
    assert_eq!((format, seen.rejections.len(), seen.lines), (Format::Csv, 0, 60_000));
    assert_eq!((seen.count(Kind::Domain, Some(Scope::Suffix)), seen.count(Kind::Ip, None)), (23_303, 6));
    assert!(seen.records.iter().all(|(_, name)| !name.contains("xn--com")));

    // 85 samples with three hashes each; one row lists two servers. Two are corrupt and one is unknown.
    let (format, seen) = read_real("unit42/bitter_iocs.csv");
    assert_eq!((format, seen.records.len()), (Format::Csv, 83 + 3 * 85));
    let rejected: Vec<_> = seen.rejections().into_iter().map(|(_, value, _)| value).collect();
    assert_eq!(rejected, ["Unknown", "[CORRUPT]", "[CORRUPT]"]);

    // The event without 6 of the 17 mail addresses, which belong to registrants.
    let (format, seen) = read_real("citizenlab/darkbasin.iocs.csv");
    assert_eq!((format, seen.rejections.len()), (Format::MispCsv, 0));
    assert_eq!(seen.count(Kind::Domain, Some(Scope::Suffix)), 462);
    assert_eq!(seen.skips(), [("email".to_owned(), 6)].into());

    let (format, seen) = read_real("unit42/macro_loader_iocs.csv");
    assert_eq!((format, seen.count(Kind::Url, Some(Scope::Exact)), seen.rejections.len()), (Format::Csv, 654, 0));
}
