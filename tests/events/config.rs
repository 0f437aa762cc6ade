//! Log layouts in a configuration: how they are read and used, and the position of errors in them.

use netsieve::ErrorKind;
use netsieve::event::{EcsName, EventOptions, EventReader, Layout, LayoutConfig};

const CONFIG: &str = r#"
[[feed]]
path = "not looked at"

[layout.acme]
match = "acme-proxy"
time = "when"
source.ip = "cip"
user.name = ["login", "uid"]
"url.domain" = "req.target"

[layout.acme.destination]
ip = "up-stream"

[layout.rest]
match = ""
"@timestamp" = "x"
"#;

fn reader() -> EventReader {
    let layouts = LayoutConfig::parse(CONFIG, "feeds.toml").unwrap();
    EventReader::with_options(&layouts.into_iter().fold(EventOptions::new(), EventOptions::layout))
}

#[test]
fn layouts_of_a_configuration_name_the_fields_of_their_lines() {
    let expected = [
        ("@timestamp", Some("2026-05-12T10:02:03Z")),
        ("source.ip", Some("192.0.2.7")),
        ("destination.ip", Some("203.0.113.5")),
        ("user.name", Some("eve")),
        ("url.domain", Some("evil.test")),
    ];
    let lines = [
        (
            "",
            "acme-proxy when=2026-05-12T10:02:03Z cip=192.0.2.7 src=198.51.100.9 upstream=203.0.113.5 uid=eve req.target=evil.test",
        ),
        (
            "",
            r#"{"app":"acme-proxy","when":1778580123,"cip":"192.0.2.7","up_stream":"203.0.113.5","login":"-","uid":"eve","req":{"target":"evil.test"}}"#,
        ),
        (
            "",
            r#"{"app":"acme-proxy","when":1778580123,"uid":"mallory","login":"eve","up":{"stream":"203.0.113.5"},"x":{"cip":"192.0.2.7","req":{"target":"evil.test"}}}"#,
        ),
        (
            "app,when,cip,up stream,uid,req target,time\n",
            "acme-proxy,2026-05-12 10:02:03,192.0.2.7,203.0.113.5,eve,evil.test,2020-01-01 00:00:00",
        ),
    ];
    for (head, line) in lines {
        let mut reader = reader();
        reader.head(head.as_bytes());
        let event = reader.read(line.as_bytes());
        assert_eq!((event.layout(), event.layout_name()), (Layout::Custom, "acme"), "{line}");
        for (name, value) in expected {
            let found = event.get(EcsName::parse(name).unwrap()).map(|value| value.to_string());
            assert_eq!(found.as_deref(), value, "{name} of {line}");
        }
        let at = line.find("evil.test").unwrap();
        assert_eq!(event.field_at(at..at + 9).unwrap().role(), Some(EcsName::UrlDomain), "{line}");
    }
    // The reader goes on to the next layout that matches.
    let mut reader = reader();
    let event = reader.read(b"x=2026-05-12T10:02:03Z up=192.0.2.7");
    assert_eq!(event.layout_name(), "rest");
    assert!(event.time().is_some());
}

#[test]
fn mistakes_in_a_layout_are_named_with_their_place() {
    let cases = [
        ("[layout.a]\nmatch = \"x\"\nsource.adress = \"y\"\n", "c.toml:3:17: `source.adress` is not a name"),
        ("[layout.a]\nmatch = \"x\"\nsource.address = \"y\"\n", "did you mean `source.ip`?"),
        ("[layout.a]\nmatch = \"x\"\nsrc_ip = \"y\"\n", "did you mean `source.ip`?"),
        ("[layout.a]\nmatch = \"x\"\nuser.nam = \"y\"\n", "did you mean `user.name`?"),
        ("[layout.a]\nmatch = \"x\"\n\"dns.question\" = \"y\"\n", "did you mean `dns.question.name`?"),
        ("[layout.a]\nsource.ip = \"y\"\n", "c.toml:1:1: the layout `a` has no `match`"),
        ("[layout.a]\nmatch = 1\n", "c.toml:2:9: `match` is a string"),
        ("[layout.a]\nmatch = \"x\"\nsource.ip = 7\n", "c.toml:3:13: `source.ip`: expected the name of a field"),
        (
            "[layout.a]\nmatch = \"x\"\nsource.ip = [\"y\", true]\n",
            "c.toml:3:19: `source.ip`: expected the name of a field",
        ),
        ("[layout.a]\nmatch = \"x\"\ntime = \"--\"\n", "c.toml:3:8: \"--\" is not the name of a field"),
        ("layout = 1\n", "c.toml:1:10: `layout` is not a table"),
        ("[layout]\na = 1\n", "c.toml:2:5: `layout` is not a table"),
        ("[layout.a]\nmatch = \"x\n", "c.toml:2:"),
    ];
    for (text, said) in cases {
        let error = LayoutConfig::parse(text, "c.toml").unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
    let many = format!("[layout.a]\nmatch = \"x\"\ntime = [{}]\n", "\"y\", ".repeat(17));
    assert!(LayoutConfig::parse(&many, "c.toml").unwrap_err().to_string().contains("more than 16"));
    // A configuration with feeds only has no layouts.
    assert!(LayoutConfig::parse("[[feed]]\npath = \"a\"\n", "c.toml").unwrap().is_empty());
}

#[test]
fn a_file_that_is_not_a_configuration_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    assert!(matches!(LayoutConfig::read(&path).unwrap_err().kind(), ErrorKind::Io(_)));
    std::fs::write(&path, b"[layout.a]\nmatch = \"\xff\"\n").unwrap();
    assert!(LayoutConfig::read(&path).unwrap_err().to_string().ends_with("c.toml:2:10: not UTF-8"));
    std::fs::write(&path, vec![b'#'; (1 << 20) + 1]).unwrap();
    assert!(LayoutConfig::read(&path).unwrap_err().to_string().contains("larger than"));
    std::fs::write(&path, CONFIG).unwrap();
    assert_eq!(LayoutConfig::read(&path).unwrap().len(), 2);
}
