//! The normal names of fields: the part of the Elastic Common Schema that describes events here.

use std::fmt;

/// The type of a schema field, as far as it affects reading.
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
        /// Only fields for the time of an event, and for who met whom, are included.
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
            /// All names, in the order of output.
            pub const ALL: &'static [EcsName] = &[$(EcsName::$variant,)*];

            /// Returns the name as the schema writes it.
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

            /// Returns the name that the schema writes as `text`.
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
    /// The time of the event.
    Timestamp = "@timestamp": Date,
    /// The zone that was assumed if the event gives none.
    EventTimezone = "event.timezone": Keyword,
    /// The address of the sender.
    SourceIp = "source.ip": Ip,
    /// The port of the sender.
    SourcePort = "source.port": Long,
    /// The name of the sender.
    SourceDomain = "source.domain": Keyword,
    /// The address of the destination.
    DestinationIp = "destination.ip": Ip,
    /// The port of the destination.
    DestinationPort = "destination.port": Long,
    /// The name of the destination.
    DestinationDomain = "destination.domain": Keyword,
    /// The address of the client, which opened the connection or asked.
    ClientIp = "client.ip": Ip,
    /// The port of the client.
    ClientPort = "client.port": Long,
    /// The address of the server, which answered.
    ServerIp = "server.ip": Ip,
    /// The name of the user who acted.
    UserName = "user.name": Keyword,
    /// The directory that the user belongs to.
    UserDomain = "user.domain": Keyword,
    /// The mail address of the user who acted.
    UserEmail = "user.email": Keyword,
    /// The machine that the event is about.
    HostName = "host.name": Keyword,
    /// An address of that machine.
    HostIp = "host.ip": Ip,
    /// The device that wrote the event.
    ObserverName = "observer.name": Keyword,
    /// An address of that device.
    ObserverIp = "observer.ip": Ip,
    /// The name in a DNS query.
    DnsQuestionName = "dns.question.name": Keyword,
    /// The record type in a DNS query.
    DnsQuestionType = "dns.question.type": Keyword,
    /// The data of a DNS answer.
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
    /// The status code of the response.
    HttpStatus = "http.response.status_code": Long,
    /// The browser or program that made the request.
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
    /// The path of that program.
    ProcessExecutable = "process.executable": Keyword,
    /// The command line that started it.
    ProcessCommandLine = "process.command_line": Keyword,
    /// The name of a file.
    FileName = "file.name": Keyword,
    /// The path of a file.
    FilePath = "file.path": Keyword,
    /// The MD5 of a file.
    FileHashMd5 = "file.hash.md5": Keyword,
    /// The SHA-1 of a file.
    FileHashSha1 = "file.hash.sha1": Keyword,
    /// The SHA-256 of a file.
    FileHashSha256 = "file.hash.sha256": Keyword,
    /// The SHA-512 of a file.
    FileHashSha512 = "file.hash.sha512": Keyword,
    /// The version of the device or program that wrote the event.
    ObserverVersion = "observer.version": Keyword,
    /// The rule that decided.
    RuleName = "rule.name": Keyword,
    /// The action that was taken.
    EventAction = "event.action": Keyword,
    /// `success` or `failure`.
    EventOutcome = "event.outcome": Keyword,
}

impl EcsName {
    /// The number of names.
    pub(super) const COUNT: usize = Self::ALL.len();

    /// Returns true for names whose values are URLs, or names or addresses of machines: a value that looks like one is one.
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

    /// Returns true for names whose values are files, programs or versions: a value that looks like a domain name is not one.
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
