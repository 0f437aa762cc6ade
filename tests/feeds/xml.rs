//! STIX 1 and OpenIOC, and attacks on a reader by means of XML.

use netsieve::feed::Format;
use netsieve::limits::{MAX_FEED_LINE, MAX_NESTING};

use crate::read_err;
use crate::seen::events;

const OPENIOC: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<!-- made up -->
<ioc xmlns="http://schemas.mandiant.com/2010/ioc" id="5e000000-0000-4000-8000-000000000001" last-modified="2026-05-01T00:00:00">
  <short_description>Made up &amp; tested</short_description>
  <keywords>one, two</keywords>
  <authored_date>2026-05-01T00:00:00</authored_date>
  <links><link rel="family">ExampleBot</link><link rel="report" href="https://reports.example/1"/></links>
  <definition>
    <Indicator operator="OR" id="5e000000-0000-4000-8000-000000000002">
      <IndicatorItem id="evil.test" condition="is">
        <Context document="Network" search="Network/DNS" type="mir" />
        <Content type="string"></Content>
      </IndicatorItem>
      <IndicatorItem id="5e000000-0000-4000-8000-000000000003" condition="is">
        <Context document="PortItem" search="PortItem/remoteIP" type="mir" />
        <Content type="IP">192.0.2.1</Content>
      </IndicatorItem>
      <IndicatorItem id="5e000000-0000-4000-8000-000000000004" condition="contains">
        <Context search="Network/DNS"/><Content type="string">bad.example</Content>
      </IndicatorItem>
      <IndicatorItem id="5e000000-0000-4000-8000-000000000005" condition="is">
        <Context search="Network/URI"/><Content type="string">hxxp://bad[.]example/a?b=1&amp;c=&#50;</Content><Comment>a panel</Comment>
      </IndicatorItem>
      <IndicatorItem id="x" condition="is"><Context search="FileItem/Md5sum"/><Content type="md5">00</Content></IndicatorItem>
      <IndicatorItem id="x" condition="isnot"><Context search="Network/DNS"/><Content>good.example</Content></IndicatorItem>
      <IndicatorItem id="x" condition="is" negate="true"><Context search="Network/DNS"/><Content>good.example</Content></IndicatorItem>
      <IndicatorItem id="x" condition="is"><Context search="Network/DNS"/><Content>evil..test</Content></IndicatorItem>
      <Indicator operator="AND">
        <IndicatorItem id="x" condition="is"><Context search="Network/DNS"/><Content>one.test</Content></IndicatorItem>
        <Indicator operator="OR">
          <IndicatorItem id="x" condition="is"><Context search="Network/DNS"/><Content>two.test</Content></IndicatorItem>
        </Indicator>
      </Indicator>
      <Indicator operator="AND">
        <IndicatorItem id="x" condition="ends-with"><Context search="Network/DNS"/><Content>alone.test</Content></IndicatorItem>
      </Indicator>
    </Indicator>
  </definition>
</ioc>
"#;

#[test]
fn openioc() {
    let about = "tags=one,two family=ExampleBot first=2026-05-01T00:00:00Z ref=https://reports.example/1";
    let all = "5e000000-0000-4000-8000-00000000000";
    let title = "Made up & tested";
    let expected = [
        format!("title {title}"),
        format!("10 domain suffix evil.test {about} id={all}1 text={title}"),
        format!("16 ip 192.0.2.1 {about} id={all}3 text={title}"),
        format!("19 pattern *bad.example* {about} id={all}4 text={title}"),
        format!("22 url http://bad.example/a?b=1&c=2 {about} id={all}5 text=a panel"),
        "24 ! bad_hash: 00".to_owned(),
        "25 - negation".to_owned(),
        "26 - negation".to_owned(),
        "27 ! empty_label: evil..test".to_owned(),
        "29 - conjunction".to_owned(),
        "31 - conjunction".to_owned(),
        format!("35 pattern *alone.test {about} id=x text={title}"),
    ];
    assert_eq!(events(Format::OpenIoc, OPENIOC), expected);
}

const STIX1: &str = r#"<stix:STIX_Package xmlns:stix="http://stix.mitre.org/stix-1" id="x:Package-1" version="1.2">
  <stix:STIX_Header><stix:Title>made up</stix:Title></stix:STIX_Header>
  <stix:Observables>
    <cybox:Observable id="x:obs-1"><cybox:Object><cybox:Properties xsi:type="AddressObj:AddressObjectType" category="ipv4-addr">
      <AddressObj:Address_Value condition="Equals" apply_condition="ANY">192.0.2.1##comma##192.0.2.2</AddressObj:Address_Value>
    </cybox:Properties></cybox:Object></cybox:Observable>
    <cybox:Observable id="x:obs-2"><cybox:Object><cybox:Properties xsi:type="DomainNameObj:DomainNameObjectType">
      <DomainNameObj:Value>seen.example</DomainNameObj:Value>
    </cybox:Properties></cybox:Object></cybox:Observable>
  </stix:Observables>
  <stix:Indicators>
    <stix:Indicator id="x:indicator-1" timestamp="2026-05-01T00:00:00Z" xsi:type="indicator:IndicatorType">
      <indicator:Title>A name</indicator:Title>
      <indicator:Type xsi:type="x">Domain Watchlist</indicator:Type>
      <indicator:Valid_Time_Position><indicator:Start_Time>2026-05-02T00:00:00Z</indicator:Start_Time><indicator:End_Time>2026-06-02T00:00:00Z</indicator:End_Time></indicator:Valid_Time_Position>
      <indicator:Observable id="x:obs-3"><cybox:Object>
        <cybox:Properties xsi:type="DomainNameObj:DomainNameObjectType"><DomainNameObj:Value condition="Equals">evil.test</DomainNameObj:Value></cybox:Properties>
        <cybox:Related_Objects><cybox:Related_Object><cybox:Properties xsi:type="AddressObj:AddressObjectType"><AddressObj:Address_Value>192.0.2.9</AddressObj:Address_Value></cybox:Properties></cybox:Related_Object></cybox:Related_Objects>
      </cybox:Object></indicator:Observable>
      <indicator:Indicated_TTP><stixCommon:TTP><ttp:Behavior><ttp:Malware><ttp:Malware_Instance><ttp:Name>ExampleBot</ttp:Name></ttp:Malware_Instance></ttp:Malware></ttp:Behavior></stixCommon:TTP></indicator:Indicated_TTP>
      <indicator:Confidence><stixCommon:Value xsi:type="x">High</stixCommon:Value></indicator:Confidence>
    </stix:Indicator>
    <stix:Indicator id="x:indicator-2"><indicator:Observable idref="x:obs-1"/></stix:Indicator>
    <stix:Indicator id="x:indicator-3"><indicator:Observable><cybox:Observable_Composition operator="AND">
      <cybox:Observable><cybox:Object><cybox:Properties xsi:type="URIObj:URIObjectType" type="URL"><URIObj:Value>http://one.test/</URIObj:Value></cybox:Properties></cybox:Object></cybox:Observable>
      <cybox:Observable><cybox:Object><cybox:Properties xsi:type="FileObj:FileObjectType"><FileObj:Hashes><cyboxCommon:Simple_Hash_Value>00</cyboxCommon:Simple_Hash_Value></FileObj:Hashes></cybox:Properties></cybox:Object></cybox:Observable>
    </cybox:Observable_Composition></indicator:Observable></stix:Indicator>
    <stix:Indicator id="x:indicator-4"><indicator:Observable><cybox:Observable_Composition operator="OR">
      <cybox:Observable><cybox:Object><cybox:Properties xsi:type="URIObj:URIObjectType" type="URL"><URIObj:Value condition="Equals">http://two.test/a?b&amp;c</URIObj:Value></cybox:Properties></cybox:Object></cybox:Observable>
      <cybox:Observable><cybox:Object><cybox:Properties xsi:type="SocketAddressObj:SocketAddressObjectType">
        <SocketAddressObj:IP_Address category="ipv4-addr"><AddressObj:Address_Value>192.0.2.7</AddressObj:Address_Value></SocketAddressObj:IP_Address>
        <SocketAddressObj:Port><PortObj:Port_Value>8080</PortObj:Port_Value></SocketAddressObj:Port>
      </cybox:Properties></cybox:Object></cybox:Observable>
      <cybox:Observable><cybox:Object><cybox:Properties xsi:type="AddressObj:AddressObjectType" category="e-mail"><AddressObj:Address_Value>a@evil.test</AddressObj:Address_Value></cybox:Properties></cybox:Object></cybox:Observable>
    </cybox:Observable_Composition></indicator:Observable></stix:Indicator>
    <stix:Indicator id="x:indicator-5"><indicator:Title>In prose only</indicator:Title></stix:Indicator>
    <stix:Indicator id="x:indicator-6"><indicator:Observable idref="x:nowhere"/></stix:Indicator>
  </stix:Indicators>
</stix:STIX_Package>
"#;

#[test]
fn stix1() {
    let expected = [
        "title made up",
        "17 domain suffix evil.test tags=Domain Watchlist family=ExampleBot confidence=85 first=2026-05-02T00:00:00Z until=2026-06-02T00:00:00Z id=x:indicator-1 text=A name",
        "18 - other_kind",
        "5 ip 192.0.2.1 id=x:indicator-2",
        "5 ip 192.0.2.2 id=x:indicator-2",
        "25 - conjunction",
        "26 - conjunction",
        "29 url http://two.test/a?b&c id=x:indicator-4",
        "31 ip 192.0.2.7:8080 id=x:indicator-4",
        "34 email a@evil.test id=x:indicator-4",
        "36 - other_kind",
        "37 ! malformed: x:nowhere",
        "8 - other_kind",
    ];
    assert_eq!(events(Format::Stix1, STIX1), expected);
}

/// Encodings other than UTF-8, and XML on a single line.
#[test]
fn encodings_of_xml() {
    let text = OPENIOC.replace("Made up &amp; tested", "Caf\u{e9}");
    let expected = events(Format::OpenIoc, &text);
    assert_eq!(expected[0], "title Caf\u{e9}");
    let latin1: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert_eq!(events(Format::OpenIoc, &latin1), expected);
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(events(Format::OpenIoc, &utf16), expected);
    let one_line = events(Format::OpenIoc, text.replace('\n', " "));
    assert_eq!(one_line.len(), expected.len());
}

#[test]
fn xml_that_breaks_readers_is_refused() {
    let laughs = r#"<!DOCTYPE ioc [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><ioc><keywords>&b;</keywords></ioc>"#;
    let deep = format!("<ioc>{}{}</ioc>", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let long_text = format!("<ioc><keywords>{}</keywords></ioc>", "x".repeat(MAX_FEED_LINE * 3));
    let long_tag = format!("<ioc a=\"{}\"></ioc>", "x".repeat(MAX_FEED_LINE * 3));
    for (document, message) in [
        (laughs.to_owned(), "a document type definition (DTD), which is refused".to_owned()),
        ("<ioc>&b;</ioc>".to_owned(), "`&b`: entities that a document defines are not read".to_owned()),
        (deep, format!("nested deeper than {MAX_NESTING} levels")),
        (long_text, format!("a tag or text longer than {MAX_FEED_LINE} bytes")),
        (long_tag, format!("a tag or text longer than {MAX_FEED_LINE} bytes")),
        ("<ioc><a></b></ioc>".to_owned(), "invalid XML at byte".to_owned()),
        ("<ioc><a>".to_owned(), "the text ends within the element `a`".to_owned()),
        ("<ioc></ioc><ioc></ioc>".to_owned(), "a second root element".to_owned()),
        ("<ioc></ioc>".to_owned(), "empty feed".to_owned()),
        ("<other><a>evil.test</a></other>".to_owned(), "format not recognised".to_owned()),
    ] {
        let error = read_err(&document);
        assert!(error.contains(&message), "{error} / {message}");
        assert!(error.len() < 2_000);
    }
}

#[test]
fn xml_cut_at_every_byte() {
    for text in [OPENIOC, STIX1] {
        let end = text.trim_end().len();
        for cut in 1..end {
            // The last significant byte is the bracket that closes the root.
            let (result, _) = crate::read(&text.as_bytes()[..cut]);
            assert!(result.is_err(), "{cut}");
        }
    }
}
