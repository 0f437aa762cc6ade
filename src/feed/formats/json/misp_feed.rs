//! The manifest of a MISP feed: a list of events, each in a file next to it.
//!
//! ```text
//! {"5e000000-0000-4000-8000-000000000001": {"info": "made up", "date": "2026-05-01", "timestamp": "1777636800"}}
//! ```
//!
//! Each event is read from `UUID.json` in the manifest's folder. An entry's line is its line in that file, and its id
//! shows which event it belongs to. An event that is missing or broken is rejected by its UUID; the others load.

use std::fs::File;

use crate::error::{Error, Result};
use crate::feed::formats::json::misp;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::json::{Json, Text};
use crate::feed::syntax::text::is_uuid;
use crate::indicator::{Feed, RecordSink, Reject, Rejection};
use crate::input::Lines;

pub(crate) struct MispFeed;

impl FeedReader for MispFeed {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let is_manifest = head.shape().is_some_and(|shape| {
            shape.keys().all(|key| key == "@")
                && shape.has_all(&["@.info"])
                && (shape.has("@.timestamp") || shape.has("@.date"))
        });
        if is_manifest { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let manifest = lines.path().to_owned();
        let Some(folder) = manifest.parent().filter(|_| manifest.is_file()) else {
            let reason = "the manifest of a MISP feed, whose events are in separate files: read it from its folder";
            return Err(Error::feed(&manifest, reason));
        };
        let mut json = Json::new(lines);
        let mut key = Text::default();
        json.object()?;
        while json.key(&mut key)? {
            let line = json.line();
            json.skip()?;
            // Only a UUID may become a file name.
            if !is_uuid(key.as_str()) {
                sink.reject(Rejection::new(line, key.as_str(), Reject::Malformed));
                continue;
            }
            let path = folder.join(format!("{}.json", key.as_str()));
            let result = File::open(&path)
                .map_err(|error| Error::io(path.clone(), error))
                .and_then(|file| Lines::with_path(Box::new(file), Some(&path)))
                .and_then(|mut lines| misp::document(&mut lines, feed, sink));
            if let Err(error) = result {
                sink.reject(Rejection::new(line, format!("{}: {error}", key.as_str()), Reject::Malformed));
            }
        }
        json.end()
    }
}
