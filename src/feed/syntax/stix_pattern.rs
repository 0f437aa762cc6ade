//! STIX 2 patterns (STIX 2.1 section 9), reduced to the values that can be matched on their own.
//!
//! `[domain-name:value = 'evil.test' OR ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')]` holds three values. A part that
//! is true only in combination, in a sequence, with wildcards or when negated is not a value. Such parts are reported
//! by their construct, and the rest of the pattern is still read. One conjunction is a value, an address with its port:
//! `[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1' AND
//! network-traffic:dst_port = 443]`.

use crate::feed::syntax::listed::Listed;
use crate::indicator::Construct;

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Value(Listed, String),
    Skip(Construct),
}

/// The deepest nesting of parentheses. Real patterns have only a few levels.
const MAX_DEPTH: usize = 32;

/// Parses a pattern into its parts; `None` if it is malformed.
pub(crate) fn parse(pattern: &str) -> Option<Vec<Part>> {
    let tokens = tokens(pattern)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, equality: None };
    let parts = parser.observations()?;
    parser.peek().is_none().then_some(parts)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token<'p> {
    /// A keyword, a path, or an unquoted literal.
    Word(&'p str),
    Text(String),
    Sign(&'static str),
}

fn tokens(pattern: &str) -> Option<Vec<Token<'_>>> {
    const SIGNS: [&str; 14] = ["<=", ">=", "!=", "<>", "==", "=", "<", ">", "[", "]", "(", ")", ",", ";"];
    let mut tokens = Vec::new();
    let mut rest = pattern.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (text, after) = text(&rest[1..])?;
            tokens.push(Token::Text(text));
            rest = after;
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            let length = word(rest);
            if length == 0 {
                return None;
            }
            tokens.push(Token::Word(&rest[..length]));
            rest = &rest[length..];
        }
        rest = rest.trim_start();
    }
    Some(tokens)
}

/// Reads a quoted text, whose first quote has been consumed, and returns the rest.
fn text(rest: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return Some((text, &rest[at + 1..])),
            '\\' => match chars.next()? {
                (_, escaped @ ('\'' | '\\')) => text.push(escaped),
                (_, other) => text.extend(['\\', other]),
            },
            c => text.push(c),
        }
    }
    None
}

/// The length of a word. A path may contain quoted and bracketed steps: `file:hashes.'SHA-256'`, `x_refs[0].value`.
fn word(rest: &str) -> usize {
    let mut at = 0;
    let bytes = rest.as_bytes();
    let is_word =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':' | b'.' | b'*' | b'+' | 0x80..);
    while at < bytes.len() {
        match bytes[at] {
            // This also takes the literals `t'…'`, `b'…'` and `h'…'`.
            quote @ (b'\'' | b'"') if at > 0 => match rest[at + 1..].find(char::from(quote)) {
                Some(end) => at += end + 2,
                None => return 0,
            },
            b'[' if at > 0 && rest[..at].contains(':') => match rest[at..].find(']') {
                Some(end) => at += end + 1,
                None => return 0,
            },
            byte if is_word(byte) => at += 1,
            _ => break,
        }
    }
    at
}

struct Parser<'t, 'p> {
    tokens: &'t [Token<'p>],
    at: usize,
    depth: usize,
    /// The path and literal of the last comparison, if it is a single `=` outside parentheses.
    equality: Option<(&'p str, String)>,
}

impl<'p> Parser<'_, 'p> {
    fn peek(&self) -> Option<&Token<'p>> {
        self.tokens.get(self.at)
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(known)) if *known == sign);
        self.at += usize::from(found);
        found
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(found);
        found
    }

    fn enter(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())
    }

    /// Parses observations joined by `OR`, `AND` and `FOLLOWEDBY`.
    fn observations(&mut self) -> Option<Vec<Part>> {
        let mut parts = self.observation()?;
        loop {
            if self.keyword("OR") {
                parts.extend(self.observation()?);
            } else if self.keyword("AND") {
                self.observation()?;
                parts = vec![Part::Skip(Construct::Conjunction)];
            } else if self.keyword("FOLLOWEDBY") {
                self.observation()?;
                parts = vec![Part::Skip(Construct::Sequence)];
            } else {
                return Some(parts);
            }
        }
    }

    fn observation(&mut self) -> Option<Vec<Part>> {
        self.enter()?;
        let mut parts = if self.sign("(") {
            let parts = self.observations()?;
            self.sign(")").then_some(parts)?
        } else {
            self.sign("[").then_some(())?;
            let parts = self.comparisons()?;
            self.sign("]").then_some(parts)?
        };
        self.depth -= 1;
        // A single sighting does not satisfy `REPEATS 5 TIMES`.
        loop {
            let operands = if self.keyword("WITHIN") || self.keyword("REPEATS") {
                2
            } else if self.keyword("START") {
                3
            } else {
                return Some(parts);
            };
            self.at += operands;
            (self.at <= self.tokens.len()).then_some(())?;
            parts = vec![Part::Skip(Construct::Sequence)];
        }
    }

    /// Parses comparisons joined by `OR`; `AND` binds more tightly.
    fn comparisons(&mut self) -> Option<Vec<Part>> {
        let mut parts = self.conjunction()?;
        while self.keyword("OR") {
            parts.extend(self.conjunction()?);
        }
        Some(parts)
    }

    fn conjunction(&mut self) -> Option<Vec<Part>> {
        let first = self.comparison()?;
        let mut equalities = vec![self.equality.take()];
        while self.keyword("AND") {
            self.comparison()?;
            equalities.push(self.equality.take());
        }
        if equalities.len() == 1 {
            return Some(first);
        }
        let all: Option<Vec<_>> = equalities.into_iter().collect();
        let file = all.as_ref().and_then(|all| hashes_of_file(all));
        if let Some(hashes) = file {
            return Some(hashes);
        }
        let together = all.and_then(|all| end_of_traffic(&all));
        Some(vec![together.unwrap_or(Part::Skip(Construct::Conjunction))])
    }

    fn comparison(&mut self) -> Option<Vec<Part>> {
        if self.sign("(") {
            self.enter()?;
            let parts = self.comparisons()?;
            self.depth -= 1;
            self.equality = None;
            return self.sign(")").then_some(parts);
        }
        self.equality = None;
        let mut is_negated = self.keyword("NOT");
        if self.keyword("EXISTS") {
            self.path()?;
            return Some(vec![Part::Skip(Construct::Comparison)]);
        }
        let path = self.path()?;
        let listed = of_path(path);
        is_negated |= self.keyword("NOT");
        let take = |values: Vec<String>| -> Vec<Part> {
            match (is_negated, listed) {
                (true, _) => vec![Part::Skip(Construct::Negation)],
                (false, Listed::Skip(construct)) => vec![Part::Skip(construct); values.len()],
                (false, listed) => values.into_iter().map(|value| Part::Value(listed, value)).collect(),
            }
        };
        let skip = |construct| {
            let construct = if is_negated { Construct::Negation } else { construct };
            Some(vec![Part::Skip(construct)])
        };
        if self.sign("=") || self.sign("==") {
            let value = self.literal()?;
            if !is_negated {
                self.equality = Some((path, value.clone()));
            }
            Some(take(vec![value]))
        } else if self.sign("!=") || self.sign("<>") {
            self.literal()?;
            Some(vec![Part::Skip(Construct::Negation)])
        } else if ["<=", ">=", "<", ">"].iter().any(|sign| self.sign(sign)) {
            self.literal()?;
            skip(Construct::Comparison)
        } else if self.keyword("IN") {
            self.sign("(").then_some(())?;
            let mut values = Vec::new();
            while !self.sign(")") {
                values.push(self.literal()?);
                if !self.sign(",") && !matches!(self.peek(), Some(Token::Sign(")"))) {
                    return None;
                }
            }
            Some(take(values))
        } else if self.keyword("ISSUBSET") {
            let value = self.literal()?;
            Some(take(vec![value]))
        } else if self.keyword("ISSUPERSET") {
            self.literal()?;
            skip(Construct::Comparison)
        } else if self.keyword("LIKE") {
            self.literal()?;
            skip(Construct::Like)
        } else if self.keyword("MATCHES") {
            self.literal()?;
            skip(Construct::Regex)
        } else {
            None
        }
    }

    fn path(&mut self) -> Option<&'p str> {
        let Some(Token::Word(path)) = self.peek() else { return None };
        let path = *path;
        self.at += 1;
        path.contains(':').then_some(path)
    }

    fn literal(&mut self) -> Option<String> {
        let value = match self.peek()? {
            Token::Text(text) => text.clone(),
            Token::Word(word) => (*word).to_owned(),
            Token::Sign(_) => return None,
        };
        self.at += 1;
        Some(value)
    }
}

/// Combines equalities about one end of a connection: the address or name, optionally its type, which is redundant, and the port.
fn end_of_traffic(all: &[(&str, String)]) -> Option<Part> {
    let (mut value, mut port, mut end) = (None, None, None);
    for (path, literal) in all {
        let (side, property) = path.strip_prefix("network-traffic:")?.split_once('_')?;
        if *end.get_or_insert(side) != side {
            return None;
        }
        match property {
            "ref.value" => value.replace(literal).is_none().then_some(())?,
            "ref.type" => matches!(&**literal, "ipv4-addr" | "ipv6-addr" | "domain-name").then_some(())?,
            "port" => port.replace(literal).is_none().then_some(())?,
            _ => return None,
        }
    }
    let value = value?;
    Some(match port {
        Some(port) => Part::Value(Listed::HostPort, format!("{value}|{port}")),
        None => Part::Value(Listed::Any, value.clone()),
    })
}

/// The type of a hash, from the algorithm in the last step of its path: `hashes.'SHA-256'`, `hashes.MD5`.
fn hash(property: &str) -> Listed {
    let algorithm = property.rsplit("hashes.").next().unwrap_or_default().trim_matches(['\'', '"']);
    match Listed::of(algorithm) {
        Some(Listed::Hash) => Listed::Hash,
        _ => Listed::Skip(Construct::Hash),
    }
}

/// The hashes of one file. Each alone identifies the file; a log need not show its name, size or other properties.
fn hashes_of_file(all: &[(&str, String)]) -> Option<Vec<Part>> {
    let (mut hashes, mut name) = (Vec::new(), None);
    for (path, literal) in all {
        let property = path.strip_prefix("file:")?;
        match property {
            "name" => name = Some(literal.replace('|', " ")),
            "size" | "mime_type" | "name_enc" => {}
            _ if property.starts_with("hashes.") => hashes.push((hash(property), literal)),
            _ => return None,
        }
    }
    if hashes.is_empty() {
        return None;
    }
    let part = |(listed, hash): (Listed, &String)| match (listed, &name) {
        (Listed::Skip(construct), _) => Part::Skip(construct),
        (_, Some(name)) => Part::Value(Listed::NamedHash, format!("{name}|{hash}")),
        (listed, None) => Part::Value(listed, hash.clone()),
    };
    Some(hashes.into_iter().map(part).collect())
}

/// The type of an object's property.
fn of_path(path: &str) -> Listed {
    let (object, property) = path.split_once(':').unwrap_or((path, ""));
    match (object, property) {
        ("ipv4-addr" | "ipv6-addr", "value") => Listed::Ip,
        ("domain-name", "value") => Listed::Domain,
        ("hostname" | "x-opencti-hostname", "value") => Listed::Hostname,
        ("url", "value") => Listed::Url,
        ("network-traffic", "dst_ref.value" | "src_ref.value") => Listed::Any,
        ("domain-name", property) if property.starts_with("resolves_to_refs") => Listed::Any,
        ("email-addr", "value") => Listed::Email,
        ("email-message", property) => match property.split_once('.').unwrap_or((property, "value")) {
            ("sender_ref" | "from_ref", "value") => Listed::Email,
            _ => Listed::Skip(Construct::Email),
        },
        (_, property) if property.contains("hashes.") => hash(property),
        ("file" | "directory", _) => Listed::Skip(Construct::FileName),
        _ => Listed::Skip(Construct::OtherKind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pattern: &str) -> Option<String> {
        let parts: Vec<String> = parse(pattern)?
            .into_iter()
            .map(|part| match part {
                Part::Value(listed, value) => format!("{listed:?}={value}"),
                Part::Skip(construct) => construct.code().to_owned(),
            })
            .collect();
        Some(parts.join(" "))
    }

    #[test]
    fn patterns() {
        for (pattern, expected) in [
            ("[domain-name:value = 'evil.test']", Some("Domain=evil.test")),
            ("[domain-name:value='evil.test']", Some("Domain=evil.test")),
            ("  [ url:value  =  'http://evil.test/it\\'s\\\\x' ]  ", Some("Url=http://evil.test/it's\\x")),
            (
                "[ipv4-addr:value = '192.0.2.0/24' OR ipv6-addr:value = '2001:db8::1']",
                Some("Ip=192.0.2.0/24 Ip=2001:db8::1"),
            ),
            ("[ipv4-addr:value IN ('192.0.2.1','192.0.2.2')]", Some("Ip=192.0.2.1 Ip=192.0.2.2")),
            ("[ipv4-addr:value ISSUBSET '192.0.2.0/24']", Some("Ip=192.0.2.0/24")),
            ("[network-traffic:dst_ref.value = '192.0.2.1']", Some("Any=192.0.2.1")),
            ("[domain-name:value = 'a.test'] OR [domain-name:value = 'b.test']", Some("Domain=a.test Domain=b.test")),
            ("([domain-name:value = 'a.test'])", Some("Domain=a.test")),
            ("[(domain-name:value = 'a.test' OR url:value = 'b.test/x')]", Some("Domain=a.test Url=b.test/x")),
            // Only the part that stands alone is a value.
            (
                "[url:value = 'a.test/x' AND file:name = 'x' OR domain-name:value = 'b.test']",
                Some("conjunction Domain=b.test"),
            ),
            ("[domain-name:value = 'a.test'] AND [domain-name:value = 'b.test']", Some("conjunction")),
            // Properties of one end of a connection form one value.
            (
                "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1']",
                Some("Any=192.0.2.1"),
            ),
            (
                "[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443] OR [url:value = 'x']",
                Some("HostPort=192.0.2.1|443 Url=x"),
            ),
            ("[network-traffic:src_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]", Some("conjunction")),
            ("[network-traffic:dst_ref.value = 'a' AND network-traffic:dst_ref.value = 'b']", Some("conjunction")),
            ("[network-traffic:dst_ref.value = 'a' AND network-traffic:protocols[0] = 'udp']", Some("conjunction")),
            ("[network-traffic:dst_ref.value = 'a' AND NOT network-traffic:dst_port = 443]", Some("conjunction")),
            ("[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_port = 443]", Some("conjunction")),
            ("[network-traffic:dst_ref.value = 'a' AND (network-traffic:dst_port = 443)]", Some("conjunction")),
            ("[domain-name:value = 'a.test'] FOLLOWEDBY [domain-name:value = 'b.test']", Some("sequence")),
            ("[domain-name:value = 'a.test'] REPEATS 5 TIMES WITHIN 10 SECONDS", Some("sequence")),
            (
                "[domain-name:value = 'a.test'] START t'2026-05-01T00:00:00Z' STOP t'2026-05-02T00:00:00Z'",
                Some("sequence"),
            ),
            ("[domain-name:value != 'a.test']", Some("negation")),
            ("[domain-name:value NOT = 'a.test']", Some("negation")),
            ("[NOT domain-name:value = 'a.test']", Some("negation")),
            ("[domain-name:value NOT IN ('a.test','b.test')]", Some("negation")),
            ("[domain-name:value LIKE '%.evil.test']", Some("like")),
            ("[url:value MATCHES '^http.*gate']", Some("regex")),
            ("[network-traffic:dst_port > 1024]", Some("comparison")),
            ("[EXISTS domain-name:value]", Some("comparison")),
            ("[file:hashes.'SHA-256' = 'aa']", Some("Hash=aa")),
            ("[file:hashes.SSDEEP = 'aa' OR file:hashes.imphash = 'bb']", Some("hash hash")),
            (
                "[file:hashes.MD5 = 'aa' AND file:hashes.SHA1 = 'bb' AND file:name = 'x|y' AND file:size = 7]",
                Some("NamedHash=x y|aa NamedHash=x y|bb"),
            ),
            ("[file:hashes.MD5 = 'aa' AND directory:path = 'x']", Some("conjunction")),
            ("[file:hashes.\"SHA-256\" = 'aa' OR file:hashes.MD5 = 'bb']", Some("Hash=aa Hash=bb")),
            ("[file:name = 'a.exe']", Some("file_name")),
            ("[email-addr:value = 'a@evil.test']", Some("Email=a@evil.test")),
            ("[email-message:sender_ref.value = 'a@evil.test']", Some("Email=a@evil.test")),
            ("[email-message:subject = 'a@evil.test']", Some("email")),
            ("[mutex:name = 'x' OR domain-name:value = 'evil.test']", Some("other_kind Domain=evil.test")),
            ("[domain-name:resolves_to_refs[*].value = '192.0.2.1']", Some("Any=192.0.2.1")),
            ("[android-property:name = 'x']", Some("other_kind")),
            ("[domain-name:value IN ()]", Some("")),
            ("", None),
            ("[]", None),
            ("[domain-name:value = 'a.test'", None),
            ("[domain-name:value = 'a.test]", None),
            ("[domain-name:value = ]", None),
            ("[domain-name:value 'a.test']", None),
            ("[value = 'a.test']", None),
            ("[domain-name:value = 'a.test'] OR", None),
            ("[domain-name:value = 'a.test'] REPEATS", None),
            ("[domain-name:value = 'a.test'] x", None),
            ("[domain-name:value = \"a.test\"]", None),
            ("domain-name:value = 'a.test'", None),
            ("[domain-name:value IN ('a' 'b')]", None),
        ] {
            assert_eq!(shown(pattern).as_deref(), expected, "{pattern}");
        }
        for depth in [MAX_DEPTH - 1, MAX_DEPTH, 100_000] {
            let pattern = format!("{}[domain-name:value = 'a.test']{}", "(".repeat(depth), ")".repeat(depth));
            assert_eq!(parse(&pattern).is_some(), depth < MAX_DEPTH);
            let pattern = format!("[{}domain-name:value = 'a.test'{}]", "(".repeat(depth), ")".repeat(depth));
            assert_eq!(parse(&pattern).is_some(), depth < MAX_DEPTH);
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(pattern in "(\\[|\\]|\\(|\\)|'|\\\\| |=|,|domain-name:value|'a'|AND|OR|NOT|IN|é|\\PC){0,20}") {
            let _ = parse(&pattern);
        }
    }
}
