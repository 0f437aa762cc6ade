//! The values of an event's normal names, and who met a listed value.

use std::fmt;
use std::net::IpAddr;

use super::time::EventTime;

/// The value of a normal name.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// An address.
    Ip(IpAddr),
    /// A port or a status.
    Number(u32),
    /// Text, with escapes undone.
    Text(&'a str),
    /// A point in time.
    Time(EventTime),
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Ip(ip) => ip.fmt(f),
            Value::Number(number) => number.fmt(f),
            Value::Text(text) => f.write_str(text),
            Value::Time(time) => time.fmt(f),
        }
    }
}

/// The user or machine that met a listed value.
///
/// ```
/// use netsieve::event::EventReader;
///
/// let mut reader = EventReader::new();
/// let event = reader.read(br#"{"src_ip":"192.0.2.7","user":"eve","query":"evil.test"}"#);
/// let who = event.who().unwrap();
/// assert_eq!((who.ip, who.user, who.host), (Some([192, 0, 2, 7].into()), Some("eve"), None));
/// assert_eq!(who.to_string(), "192.0.2.7 user eve");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who<'a> {
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// The user.
    pub user: Option<&'a str>,
    /// The machine.
    pub host: Option<&'a str>,
}

impl fmt::Display for Who<'_> {
    /// Writes the known parts of `192.0.2.7 user eve host laptop`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        if let Some(ip) = self.ip {
            write!(f, "{ip}")?;
            is_first = false;
        }
        for (name, part) in [("user", self.user), ("host", self.host)] {
            if let Some(part) = part {
                let space = if is_first { "" } else { " " };
                write!(f, "{space}{name} {part}")?;
                is_first = false;
            }
        }
        Ok(())
    }
}
