//! The normal names of fields: the part of the Elastic Common Schema that an event is told in.

use std::fmt;

/// What a field of the schema holds, as far as reading it differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// A point in time.
    Date,
    /// An address.
    Ip,
    /// A whole number.
    Long,
    /// Text.
    Keyword,
}

macro_rules! names {
    ($($(#[$doc:meta])* $variant:ident = $name:literal: $kind:ident,)*) => {
        /// A field of the [Elastic Common Schema](https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html).
        ///
        /// Only the fields that say when an event was, and who met whom, are here.
        ///
        /// ```
        /// use netsieve::event::EcsName;
        ///
        /// assert_eq!(EcsName::SourceIp.as_str(), "source.ip");
        /// assert_eq!(EcsName::parse("dns.question.name"), Some(EcsName::DnsQuestionName));
        /// assert_eq!(EcsName::parse("no.such.field"), None);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum EcsName {
            $($(#[$doc])* $variant,)*
        }

        impl EcsName {
            /// All names, in the order in which they are printed.
            pub const ALL: &'static [EcsName] = &[$(EcsName::$variant,)*];

            /// The name as the schema writes it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(EcsName::$variant => $name,)*
                }
            }

            pub(super) fn kind(self) -> Type {
                match self {
                    $(EcsName::$variant => Type::$kind,)*
                }
            }

            /// The name that is written `text`.
            pub fn parse(text: &str) -> Option<EcsName> {
                match text {
                    $($name => Some(EcsName::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

names! {
    /// When the event took place.
    Timestamp = "@timestamp": Date,
    /// The zone that was assumed for it, where the event says none.
    EventTimezone = "event.timezone": Keyword,
    /// The address that sent.
    SourceIp = "source.ip": Ip,
    /// The port that sent.
    SourcePort = "source.port": Long,
    /// The name of what sent.
    SourceDomain = "source.domain": Keyword,
    /// The address that was sent to.
    DestinationIp = "destination.ip": Ip,
    /// The port that was sent to.
    DestinationPort = "destination.port": Long,
    /// The name that was sent to.
    DestinationDomain = "destination.domain": Keyword,
    /// The address that began the connection or asked.
    ClientIp = "client.ip": Ip,
    /// The port of the client.
    ClientPort = "client.port": Long,
    /// The address that answered.
    ServerIp = "server.ip": Ip,
    /// The name of who acted.
    UserName = "user.name": Keyword,
    /// The directory that the user is of.
    UserDomain = "user.domain": Keyword,
    /// The mail address of who acted.
    UserEmail = "user.email": Keyword,
    /// The machine that the event is about.
    HostName = "host.name": Keyword,
    /// An address of that machine.
    HostIp = "host.ip": Ip,
    /// The device that wrote the event.
    ObserverName = "observer.name": Keyword,
    /// An address of that device.
    ObserverIp = "observer.ip": Ip,
    /// The name that was asked for.
    DnsQuestionName = "dns.question.name": Keyword,
    /// The kind of record that was asked for.
    DnsQuestionType = "dns.question.type": Keyword,
    /// What the answer held.
    DnsAnswersData = "dns.answers.data": Keyword,
    /// The whole URL, as logged.
    UrlFull = "url.full": Keyword,
    /// The URL or its path, as logged.
    UrlOriginal = "url.original": Keyword,
    /// The scheme of the URL.
    UrlScheme = "url.scheme": Keyword,
    /// The host of the URL.
    UrlDomain = "url.domain": Keyword,
    /// The port of the URL.
    UrlPort = "url.port": Long,
    /// The path of the URL.
    UrlPath = "url.path": Keyword,
    /// The query of the URL, without `?`.
    UrlQuery = "url.query": Keyword,
    /// The method of the request.
    HttpMethod = "http.request.method": Keyword,
    /// The page that the request came from.
    HttpReferrer = "http.request.referrer": Keyword,
    /// The status of the answer.
    HttpStatus = "http.response.status_code": Long,
    /// The browser or program that asked.
    UserAgent = "user_agent.original": Keyword,
    /// The server name of a TLS handshake.
    TlsServerName = "tls.client.server_name": Keyword,
    /// The sender of a message.
    EmailFrom = "email.from.address": Keyword,
    /// The receiver of a message.
    EmailTo = "email.to.address": Keyword,
    /// The transport: `tcp`, `udp`, `icmp`.
    NetworkTransport = "network.transport": Keyword,
    /// The protocol above it: `http`, `dns`.
    NetworkProtocol = "network.protocol": Keyword,
    /// The program that the event is about.
    ProcessName = "process.name": Keyword,
    /// Where that program is stored.
    ProcessExecutable = "process.executable": Keyword,
    /// How it was started.
    ProcessCommandLine = "process.command_line": Keyword,
    /// A file's name.
    FileName = "file.name": Keyword,
    /// A file's path.
    FilePath = "file.path": Keyword,
    /// A file's MD5.
    FileHashMd5 = "file.hash.md5": Keyword,
    /// A file's SHA-1.
    FileHashSha1 = "file.hash.sha1": Keyword,
    /// A file's SHA-256.
    FileHashSha256 = "file.hash.sha256": Keyword,
    /// A file's SHA-512.
    FileHashSha512 = "file.hash.sha512": Keyword,
    /// The version of what made the event.
    ObserverVersion = "observer.version": Keyword,
    /// The rule that decided.
    RuleName = "rule.name": Keyword,
    /// What was done.
    EventAction = "event.action": Keyword,
    /// `success` or `failure`.
    EventOutcome = "event.outcome": Keyword,
}

impl EcsName {
    /// How many names there are.
    pub(super) const COUNT: usize = Self::ALL.len();

    /// True for names whose values are names or addresses of machines, or URLs: what stands in them is one.
    pub(super) fn is_observable(self) -> bool {
        use EcsName::*;
        matches!(
            self,
            SourceIp
                | SourceDomain
                | DestinationIp
                | DestinationDomain
                | ClientIp
                | ServerIp
                | HostName
                | HostIp
                | ObserverName
                | ObserverIp
                | DnsQuestionName
                | DnsAnswersData
                | UrlFull
                | UrlDomain
                | HttpReferrer
                | TlsServerName
        )
    }

    /// True for names whose values are files, programs or versions: what looks like a name in them is none.
    pub(super) fn is_name_like(self) -> bool {
        use EcsName::*;
        matches!(self, ProcessName | ProcessExecutable | FileName | FilePath | ObserverVersion)
    }
}

impl fmt::Display for EcsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = include_str!("../../tests/data/events/ecs-9.4.0.tsv");

    #[test]
    fn every_name_is_of_the_schema_with_its_type() {
        for &name in EcsName::ALL {
            let kind = SCHEMA.lines().find_map(|line| line.strip_prefix(name.as_str())?.strip_prefix('\t'));
            let expected = match kind {
                Some("date") => Type::Date,
                Some("ip") => Type::Ip,
                Some("long") => Type::Long,
                Some("keyword" | "wildcard" | "match_only_text") => Type::Keyword,
                other => panic!("{name}: {other:?}"),
            };
            assert_eq!(name.kind(), expected, "{name}");
            assert_eq!(EcsName::parse(name.as_str()), Some(name));
        }
    }
}
