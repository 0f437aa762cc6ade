//! Classification of a value, done once however many names ask for it.

use std::net::IpAddr;

use crate::event::ecs::{EcsName, Type};
use crate::event::time::{self, Stamp};
use crate::event::value;
use crate::value::url::after_scheme;

/// A value, and the facts found about it so far.
pub(super) struct Facts<'v> {
    pub(super) text: &'v [u8],
    ip: Option<Option<(IpAddr, Option<u16>)>>,
    stamp: Option<Option<Stamp>>,
    null: Option<bool>,
}

impl<'v> Facts<'v> {
    pub(super) fn new(text: &'v [u8]) -> Self {
        Facts { text, ip: None, stamp: None, null: None }
    }

    /// Sets the time that the value stands for.
    pub(super) fn know(&mut self, stamp: Stamp) {
        self.stamp = Some(Some(stamp));
    }

    pub(super) fn is_null(&mut self) -> bool {
        *self.null.get_or_insert_with(|| value::is_null(self.text))
    }

    pub(super) fn ip(&mut self) -> Option<(IpAddr, Option<u16>)> {
        *self.ip.get_or_insert_with(|| value::address(self.text))
    }

    pub(super) fn stamp(&mut self) -> Option<Stamp> {
        *self.stamp.get_or_insert_with(|| time::whole(self.text))
    }

    pub(super) fn number(&self) -> Option<u32> {
        value::number(self.text)
    }

    /// Returns true if the text can be a value of that name.
    pub(super) fn fits(&mut self, name: EcsName) -> bool {
        use EcsName::*;
        let text = self.text;
        let is_word = || value::is_host_name(text) && text.iter().any(u8::is_ascii_alphabetic) && !is_truth(text);
        match name {
            Timestamp => self.stamp().is_some(),
            HttpStatus => self.number().is_some_and(|status| (100..600).contains(&status)),
            UrlDomain => value::is_host(text) || is_localhost(text),
            HttpMethod => value::is_method(text),
            SourceDomain | DestinationDomain => is_word() && self.ip().is_none() && !is_mac(text),
            // `a.example:A:IN`
            DnsQuestionName => is_word() && self.ip().is_none() && memchr::memchr(b':', text).is_none(),
            // Clients ask for whole names: one without a dot is that of a product's server.
            TlsServerName => value::is_host(text) && is_word() && self.ip().is_none(),
            HostName => {
                text.len() <= 253
                    && !is_kind_of_device(text)
                    && !is_truth(text)
                    && !is_mac(text)
                    && !text.iter().any(|byte| b"/\\@\"{}<>|=]".contains(byte))
                    && self.ip().is_none()
            }
            UserName => text.len() <= 256 && !is_no_user(text),
            // `::` says that there is no client.
            ClientIp => self.ip().is_some_and(|(ip, _)| !ip.is_unspecified()),
            UserEmail | EmailFrom | EmailTo => memchr::memchr(b'@', text).is_some(),
            UrlFull => is_url_like(text),
            UrlOriginal => text.starts_with(b"/") || is_url_like(text) || begins_with_method(text),
            UrlPath => text.starts_with(b"/"),
            _ => match name.kind() {
                Type::Ip => self.ip().is_some(),
                Type::Long => self.number().is_some(),
                _ => true,
            },
        }
    }
}

/// Returns true for `localhost`, with a port or without.
pub(super) fn is_localhost(text: &[u8]) -> bool {
    let host = b"localhost";
    text.get(..host.len()).is_some_and(|head| head.eq_ignore_ascii_case(host))
        && (text.len() == host.len()
            || text[host.len()..].strip_prefix(b":").is_some_and(|port| value::port(port).is_some()))
}

/// Returns true for the words that say what a device is, in place of its name.
fn is_kind_of_device(text: &[u8]) -> bool {
    const KINDS: [&[u8]; 3] = [b"computer", b"mobile", b"tablet"];
    KINDS.iter().any(|kind| kind.eq_ignore_ascii_case(text))
}

/// Returns true for a truth value: `"device": false`.
fn is_truth(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 2] = [b"true", b"false"];
    text.len() <= 5 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Returns true for what stands in the place of a user's name: the number of an account (`S-1-5-21-1004-512`), the address of a card
/// (`00:00:5e:00:53:01`), the URL of a directory, the sort of a phone's number (`;user=phone`), a truth value, and a phrase such as
/// `No Authentication Required`.
fn is_no_user(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 3] = [b"phone", b"no", b"not"];
    let is_phrase = |start: &[u8]| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    value::is_sid(text)
        || is_truth(text)
        || text.len() <= 5 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
        || is_mac(text)
        || is_phrase(b"no ")
        || is_phrase(b"not ")
        || is_phrase(b"(no ")
        || text.first() == Some(&b'[')
        || after_scheme(&text[..text.len().min(12)]).is_some()
}

/// Returns true for the address of a network card with colons.
fn is_mac(text: &[u8]) -> bool {
    text.len() == 17
        && text
            .chunks(3)
            .all(|part| part[..2].iter().all(u8::is_ascii_hexdigit) && part.get(2).is_none_or(|sign| *sign == b':'))
}

fn is_url_like(text: &[u8]) -> bool {
    after_scheme(text).is_some() || value::is_host(value::url(text).host.unwrap_or(b""))
}

/// `GET /path HTTP/1.1`, `CONNECT a.example:443 HTTP/1.1`
fn begins_with_method(text: &[u8]) -> bool {
    text.iter()
        .take(10)
        .position(|byte| *byte == b' ')
        .is_some_and(|at| value::is_method(&text[..at]) && value::is_target(&text[at + 1..]))
}
