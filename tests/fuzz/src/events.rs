//! Lines as events: any bytes are legal, spans lie within the line, and the event depends only on the header and the line.

use netsieve::event::{EcsName, Event, EventOptions, EventReader, LayoutConfig};

use super::first;

/// An event in comparable form.
fn shown(event: &Event<'_>) -> String {
    let fields: Vec<_> = event.fields().map(|field| (field.name(), field.span(), field.role())).collect();
    format!("{event:?} {fields:?} {:?}", event.time())
}

/// Properties that must hold for any event.
fn check(event: &Event<'_>, line: &[u8]) {
    let mut count = 0;
    for field in event.fields() {
        let span = field.span();
        assert!(span.start <= span.end && span.end <= line.len(), "{span:?}");
        assert_eq!(field.raw(), &line[span.clone()]);
        // Unescaping never lengthens a value, except for bytes that are not text.
        assert!(field.value().len() <= 3 * span.len());
        let _ = (field.name(), field.is_observable(), field.is_name_like());
        assert!(event.field_at(span).is_some(), "a field holds itself");
        count += 1;
    }
    assert!(count <= line.len() + 8, "{count} fields of {} bytes", line.len());
    for (name, value) in event.normal() {
        if let Some(span) = event.span_of(name) {
            assert!(span.start <= span.end && span.end <= line.len());
        }
        let _ = value.to_string();
    }
    let time = event.time().map(|time| time.timestamp());
    assert_eq!(time.is_some(), event.get(EcsName::Timestamp).is_some());
    let _ = (event.layout_name(), event.who().map(|who| who.to_string()), event.port_at(&(0..line.len().min(4))));
}

/// The first byte decides whether the input is a header and lines, or one line. One reader reads all of them.
pub fn run(data: &[u8]) {
    let mut data = data;
    let choice = first(&mut data);
    let mut options = EventOptions::new();
    if choice & 1 != 0 {
        options = options.year(2026);
    }
    if choice & 2 != 0 {
        let mut layout = LayoutConfig::new("acme", "a");
        layout.name("source.ip", "src").expect("a name").name("user.name", "x.user").expect("a name");
        options = options.layout(layout);
    }
    let mut reader = EventReader::with_options(&options);
    let mut head = &data[..0];
    if choice & 4 != 0 {
        let end = data.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        (head, data) = data.split_at(end);
        reader.head(head);
    }
    let lines: Vec<&[u8]> = if choice & 8 != 0 { vec![data] } else { data.split(|byte| *byte == b'\n').collect() };
    for line in lines {
        let event = reader.read(line);
        check(&event, line);
        let found = shown(&event);
        // A fresh reader gives the same event. Lines that may be headers for those after them are excluded.
        if !line.starts_with(b"#") && !data.starts_with(b"#") && !data.windows(2).any(|pair| pair == b"\n#") {
            let mut other = EventReader::with_options(&options);
            other.head(head);
            assert_eq!(shown(&other.read(line)), found);
        }
    }
}
