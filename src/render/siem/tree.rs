//! JSON objects that are filled by dotted paths, because SIEM formats name their fields so.

use crate::render::json::json_string;

/// A JSON object that is filled by path: `source.ip` and `source.port` go into one object `source`.
///
/// Keys are written in the order in which they were first added.
#[derive(Debug, Default)]
pub(super) struct Tree {
    members: Vec<(String, Node)>,
}

#[derive(Debug)]
enum Node {
    /// A value in JSON form.
    Value(Vec<u8>),
    Tree(Tree),
}

impl Tree {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn text(&mut self, path: &str, value: impl AsRef<[u8]>) {
        let mut json = Vec::new();
        json_string(&mut json, value.as_ref());
        self.put(path, Node::Value(json));
    }

    /// Adds a text, if there is one.
    pub(super) fn maybe(&mut self, path: &str, value: Option<impl AsRef<[u8]>>) {
        if let Some(value) = value {
            self.text(path, value);
        }
    }

    pub(super) fn number(&mut self, path: &str, value: impl Into<i128>) {
        self.put(path, Node::Value(value.into().to_string().into_bytes()));
    }

    pub(super) fn texts<T: AsRef<[u8]>>(&mut self, path: &str, values: &[T]) {
        let parts = values.iter().map(|value| {
            let mut json = Vec::new();
            json_string(&mut json, value.as_ref());
            json
        });
        self.list(path, parts);
    }

    pub(super) fn trees(&mut self, path: &str, values: Vec<Tree>) {
        let parts = values.into_iter().map(|tree| {
            let mut json = Vec::new();
            tree.write(&mut json);
            json
        });
        self.list(path, parts);
    }

    fn list(&mut self, path: &str, parts: impl Iterator<Item = Vec<u8>>) {
        let mut json = vec![b'['];
        for (at, part) in parts.enumerate() {
            if at > 0 {
                json.push(b',');
            }
            json.extend_from_slice(&part);
        }
        json.push(b']');
        self.put(path, Node::Value(json));
    }

    /// Adds a node. A path keeps its first value.
    fn put(&mut self, path: &str, node: Node) {
        let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
        let at = self.members.iter().position(|(known, _)| known == key);
        match (rest, at) {
            (None, None) => self.members.push((key.to_owned(), node)),
            (None, Some(_)) => {}
            (Some(rest), None) => {
                let mut tree = Tree::new();
                tree.put(rest, node);
                self.members.push((key.to_owned(), Node::Tree(tree)));
            }
            (Some(rest), Some(at)) => {
                if let Node::Tree(tree) = &mut self.members[at].1 {
                    tree.put(rest, node);
                }
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        for (at, (key, node)) in self.members.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            json_string(out, key.as_bytes());
            out.push(b':');
            match node {
                Node::Value(json) => out.extend_from_slice(json),
                Node::Tree(tree) => tree.write(out),
            }
        }
        out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_share_objects() {
        let mut inner = Tree::new();
        inner.text("x", "\"");
        let mut tree = Tree::new();
        tree.text("a.b", "1");
        tree.number("c", 2);
        tree.number("a.d.e", -3);
        tree.text("a.b", "the first stays");
        tree.texts("f", &["x", "y"]);
        tree.trees("g", vec![inner, Tree::new()]);
        tree.maybe("h", None::<&str>);
        let mut out = Vec::new();
        tree.write(&mut out);
        let want = r#"{"a":{"b":"1","d":{"e":-3}},"c":2,"f":["x","y"],"g":[{"x":"\""},{}]}"#;
        assert_eq!(String::from_utf8(out).unwrap(), want);
        assert!(Tree::new().is_empty());
    }
}
