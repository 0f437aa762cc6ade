//! The metadata in a feed is the metadata of a hit's source.

use netsieve::feed;
use netsieve::indicator::Indicator;
use netsieve::{Feed, Sieve};

/// The sources of a match, as one line of text each. Missing metadata is omitted.
fn sources(name: &str, text: &str, of: &str) -> Vec<String> {
    let mut builder = Sieve::builder();
    let own = Feed::new("demo");
    let id = builder.feed(own.clone());
    feed::read(text.as_bytes(), name, None, &own, &mut builder.sink(id)).unwrap_or_else(|error| panic!("{error}"));
    let (sieve, _) = builder.build().unwrap();
    let mut matcher = sieve.matcher();
    let found = matcher.match_any(of).first().unwrap_or_else(|| panic!("{of} of {text}"));
    let _: Option<Indicator> = found.indicator().to_indicator();
    found
        .sources()
        .map(|source| {
            let mut said = vec![format!("line={}", source.line().unwrap_or(0))];
            let mut add = |name: &str, value: Option<String>| said.extend(value.map(|value| format!("{name}={value}")));
            let tags: Vec<&str> = source.tags().collect();
            add("tags", (!tags.is_empty()).then(|| tags.join(",")));
            add("family", source.family().map(str::to_owned));
            add("confidence", source.confidence().map(|n| n.to_string()));
            add("score", source.score().map(|n| n.to_string()));
            add("first", source.first_seen().map(|time| time.strftime("%F").to_string()));
            add("last", source.last_seen().map(|time| time.strftime("%F").to_string()));
            add("until", source.valid_until().map(|time| time.strftime("%F").to_string()));
            add("id", source.object_id().map(str::to_owned));
            add("ref", source.reference().map(str::to_owned));
            add("text", source.description().map(str::to_owned));
            said.join(" ")
        })
        .collect()
}

#[test]
fn everything_reaches_the_hit() {
    for (text, of, expected) in [
        ("# c\n192.0.2.1\t3 # a note\n", "192.0.2.1", "line=2 score=3 text=a note"),
        (
            "ip,port,tags,family,confidence,first_seen,last_seen,valid_until,reference,description,id\n192.0.2.1,80,\"a,b\",F,50,2026-05-01,2026-05-02,2026-06-01,https://r.example/,d,7\n",
            "192.0.2.1:80",
            "line=2 tags=a,b family=F confidence=50 first=2026-05-01 last=2026-05-02 until=2026-06-01 id=7 ref=https://r.example/ text=d",
        ),
        (
            "{\"indicator\":\"evil.test\",\"tags\":[\"a\"],\"malware\":\"F\",\"first_seen\":\"2026-05-01\",\"last_seen\":\"2026-05-02\",\"expires\":\"2026-06-01\",\"reference\":\"https://r.example/\",\"comment\":\"d\",\"id\":\"7\",\"score\":9}\n{\"indicator\":\"bad.example\"}\n",
            "evil.test",
            "line=1 tags=a family=F score=9 first=2026-05-01 last=2026-05-02 until=2026-06-01 id=7 ref=https://r.example/ text=d",
        ),
        (
            "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[\n{\"type\":\"indicator\",\"id\":\"indicator--1\",\"name\":\"\",\"description\":\"d\",\"labels\":[\"a\"],\"confidence\":70,\"pattern\":\"[domain-name:value = 'evil.test']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-05-01T00:00:00Z\",\"valid_until\":\"2026-06-01T00:00:00Z\",\"external_references\":[{\"source_name\":\"s\",\"url\":\"https://r.example/\"}]},\n{\"type\":\"malware\",\"id\":\"malware--1\",\"name\":\"F\"},{\"type\":\"relationship\",\"id\":\"relationship--1\",\"relationship_type\":\"indicates\",\"source_ref\":\"indicator--1\",\"target_ref\":\"malware--1\"}]}",
            "evil.test",
            "line=2 tags=a family=F confidence=70 first=2026-05-01 until=2026-06-01 id=indicator--1 ref=https://r.example/ text=d",
        ),
        (
            "{\"Event\":{\"info\":\"made up\",\"Tag\":[{\"name\":\"t\"},{\"name\":\"misp:confidence-level=\\\"usually-confident\\\"\"}],\n\"Attribute\":[\n{\"uuid\":\"5e000000-0000-4000-8000-000000000001\",\"type\":\"domain\",\"category\":\"x\",\"value\":\"evil.test\",\"to_ids\":true,\"comment\":\"d\",\"first_seen\":\"2026-05-01\",\"last_seen\":\"2026-05-02\",\"Tag\":[{\"name\":\"a\"}]}]}}",
            "evil.test",
            "line=3 tags=a,t,misp:confidence-level=\"usually-confident\" confidence=75 first=2026-05-01 last=2026-05-02 id=5e000000-0000-4000-8000-000000000001 text=d",
        ),
        (
            "{\"results\":[{\"id\":\"1\",\"name\":\"made up\",\"tags\":[\"a\"],\"malware_families\":[{\"display_name\":\"F\"}],\"references\":[\"https://r.example/\"],\"indicators\":[\n{\"id\":7,\"indicator\":\"evil.test\",\"type\":\"domain\",\"created\":\"2026-05-01T00:00:00\",\"expiration\":\"2026-06-01T00:00:00\",\"title\":\"\",\"description\":\"d\"}]}]}",
            "evil.test",
            "line=2 tags=a family=F first=2026-05-01 until=2026-06-01 id=7 ref=https://r.example/ text=d",
        ),
        (
            "# \"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"ioc_type\",\"threat_type\",\"fk_malware\",\"malware_alias\",\"malware_printable\",\"last_seen_utc\",\"confidence_level\",\"reference\",\"tags\",\"anonymous\",\"reporter\"\n\"2026-05-01 00:00:00\", \"1\", \"evil.test\", \"domain\", \"botnet_cc\", \"win.f\", \"None\", \"F\", \"2026-05-02 00:00:00\", \"75\", \"https://r.example/\", \"a,b\", \"0\", \"me\"\n",
            "evil.test",
            "line=2 tags=botnet_cc,win.f,a,b family=F confidence=75 first=2026-05-01 last=2026-05-02 id=1 ref=https://r.example/ text=anonymous: 0; reporter: me",
        ),
        (
            "# Copyright (c) 2014-2026 Maltrail developers (https://github.com/stamparm/maltrail/)\n# Reference: https://r.example/\n\nevil.test\n",
            "evil.test",
            "line=4 family=list ref=https://r.example/",
        ),
        (
            "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\tmeta.url\nevil.test\tIntel::DOMAIN\ta\td\thttps://r.example/\n",
            "evil.test",
            "line=2 tags=a ref=https://r.example/ text=d",
        ),
        (
            "alert dns any any -> any any (msg:\"d\"; dns.query; content:\"evil.test\"; reference:url,r.example/1; sid:7;)\n",
            "evil.test",
            "line=1 tags=d id=7 ref=sid:7 https://r.example/1",
        ),
    ] {
        assert_eq!(sources("list.txt", text, of), [expected], "{text}");
    }
}
