//! The structure of a JSON text, by which JSON formats are recognised.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::feed::syntax::json::{Json, Kind, Slice, Text};
use crate::feed::syntax::text::{floor, is_number, is_uuid};

/// The structure of a JSON text, as far as its head shows it.
///
/// A path joins the keys from the root: `objects[].type`. A key that is a number is written `#`, one that is a UUID `@`.
#[derive(Debug)]
pub(crate) struct Shape {
    paths: BTreeMap<String, String>,
    /// True if each line is a document.
    pub(crate) is_lines: bool,
}

impl Shape {
    /// The most documents, and the most paths, examined.
    const ENOUGH: usize = 4096;
    const DEPTH: usize = 6;

    pub(crate) fn new(text: &[u8]) -> Option<Self> {
        if !matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')) {
            return None;
        }
        let mut shape = Self { paths: BTreeMap::new(), is_lines: false };
        let mut json = Json::new(Slice::new(text, 1));
        let mut documents = 0;
        while documents < Self::ENOUGH && matches!(json.more(), Ok(true)) {
            documents += 1;
            // The head may end in the middle of a value, which the parser reports as an error.
            if shape.walk(&mut json, &mut String::new(), 0).is_err() {
                break;
            }
        }
        shape.is_lines = documents > 1;
        // `[2001:db8::1]` also begins like an array.
        let is_json =
            shape.paths.iter().any(|(path, text)| !text.is_empty() || path.contains(|c| !matches!(c, '[' | ']')));
        is_json.then_some(shape)
    }

    fn walk(&mut self, json: &mut Json<Slice<'_>>, path: &mut String, depth: usize) -> Result<()> {
        if depth == Self::DEPTH || self.paths.len() > Self::ENOUGH {
            return json.skip();
        }
        let length = path.len();
        let mut text = Text::default();
        match json.kind()? {
            Kind::Object => {
                self.note(path, "");
                json.object()?;
                while json.key(&mut text)? {
                    if length > 0 {
                        path.push('.');
                    }
                    path.push_str(match text.as_str() {
                        key if is_number(key) => "#",
                        key if is_uuid(key) => "@",
                        key => key,
                    });
                    self.note(path, "");
                    self.walk(json, path, depth + 1)?;
                    path.truncate(length);
                }
            }
            Kind::Array => {
                path.push_str("[]");
                json.array()?;
                while json.item()? {
                    self.walk(json, path, depth + 1)?;
                }
                path.truncate(length);
            }
            kind => {
                let is_text = kind == Kind::Text;
                json.scalar(&mut text)?;
                if depth > 0 {
                    self.note(path, if is_text { text.as_str() } else { "" });
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, path: &str, text: &str) {
        if path.is_empty() {
            return;
        }
        if let Some(known) = self.paths.get_mut(path) {
            if known.is_empty() {
                known.push_str(&text[..floor(text, 80)]);
            }
        } else {
            self.paths.insert(path.to_owned(), text[..floor(text, 80)].to_owned());
        }
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.paths.contains_key(path)
    }

    pub(crate) fn has_all(&self, paths: &[&str]) -> bool {
        paths.iter().all(|path| self.has(path))
    }

    /// The first string at a path, or an empty one.
    pub(crate) fn text(&self, path: &str) -> &str {
        self.paths.get(path).map_or("", |text| text)
    }

    /// The rest of each path that begins with a prefix.
    pub(crate) fn members<'s>(&'s self, prefix: &str) -> impl Iterator<Item = &'s str> {
        self.paths.keys().filter_map(move |path| path.strip_prefix(prefix))
    }

    /// The keys of the outermost object.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.paths.keys().map(String::as_str).filter(|path| !path.contains(['.', '[']))
    }
}
