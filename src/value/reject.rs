//! The reasons for refusing a value. Feeds and lookups share them.

use std::fmt;

use crate::error::Error;

/// The reason why a value cannot be used as an indicator or observable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reject {
    /// The value is empty once it is trimmed.
    Empty,
    /// The value is longer than [`MAX_OBSERVABLE`](crate::limits::MAX_OBSERVABLE), or the line than the cap of its reader.
    TooLong,
    /// The value is neither an address, nor a prefix, a range, a domain name, a URL, a hash, or a mail address.
    Unrecognised,
    /// The value looks like an address but is malformed.
    BadAddress,
    /// An IPv4 octet has a leading zero, which some read as octal.
    LeadingZero,
    /// The text after the `/` is not a valid prefix length.
    BadPrefixLength,
    /// The range ends before it starts.
    ReversedRange,
    /// The two ends of the range are of different families.
    MixedRange,
    /// The text after the `:` is not a valid port.
    BadPort,
    /// A label of the name is empty.
    EmptyLabel,
    /// A label is longer than 63 bytes.
    LongLabel,
    /// The name is longer than 253 bytes.
    LongName,
    /// The name holds a byte that is not allowed in names.
    BadNameByte,
    /// UTS-46 rejects the name.
    BadIdna,
    /// The last label of the name is a number, so the value can only be a broken address.
    NumericTld,
    /// The name has only one label.
    SingleLabel,
    /// The URL's scheme is malformed.
    BadScheme,
    /// The URL has no host.
    NoHost,
    /// The value is not a hash of a known length in hexadecimal digits, or its length does not suit the algorithm that it names.
    BadHash,
    /// The value looks like a mail address but is malformed.
    BadEmail,
    /// The pattern is malformed, or too short to search for.
    BadPattern,
    /// The feed lists a URL path without a host, and its policy does not ask for patterns.
    PathPattern,
    /// Guard: a private, reserved or otherwise unroutable address.
    Bogon,
    /// Guard: a prefix shorter than /8 (IPv4) or /19 (IPv6).
    WidePrefix,
    /// Guard: a name that covers a whole top-level domain, or all names under a public suffix.
    PublicSuffix,
    /// Guard: the name of the local host.
    Localhost,
    /// Guard: the hash of the empty file, or of another file that is found everywhere.
    WellKnownFile,
    /// Guard: the sink address in the first column of a hosts file.
    SinkAddress,
    /// A hosts file has an address where a name belongs.
    AddressTarget,
    /// A hosts file maps the name to an address that is not a sink, so it does not block the name.
    HostMapping,
    /// A URL has a wildcard that is neither its last segment nor its whole query, or in a part that cannot have one.
    UrlWildcard,
    /// The feed lists a URL on every host under a name, and its policy does not ask for such URLs.
    UrlHosts,
    /// An address has a wildcard or a mask that does not stand for all of its last octets.
    AddressWildcard,
    /// A mail address has a wildcard.
    EmailWildcard,
    /// The value begins or ends with an ellipsis, so a part of it is missing.
    CutOff,
    /// A malformed range of ports, or one with more ports than the cap allows to list one by one.
    PortRange,
    /// The record is malformed, so its indicator is unknown.
    Malformed,
}

impl Reject {
    /// A short name that stays the same between releases, for counting and filtering, such as `bad_address` or `bogon`.
    pub const fn code(self) -> &'static str {
        match self {
            Reject::Empty => "empty",
            Reject::TooLong => "too_long",
            Reject::Unrecognised => "unrecognised",
            Reject::BadAddress => "bad_address",
            Reject::LeadingZero => "leading_zero",
            Reject::BadPrefixLength => "bad_prefix_length",
            Reject::ReversedRange => "reversed_range",
            Reject::MixedRange => "mixed_range",
            Reject::BadPort => "bad_port",
            Reject::EmptyLabel => "empty_label",
            Reject::LongLabel => "long_label",
            Reject::LongName => "long_name",
            Reject::BadNameByte => "bad_name_byte",
            Reject::BadIdna => "bad_idna",
            Reject::NumericTld => "numeric_tld",
            Reject::SingleLabel => "single_label",
            Reject::BadScheme => "bad_scheme",
            Reject::NoHost => "no_host",
            Reject::BadHash => "bad_hash",
            Reject::BadEmail => "bad_email",
            Reject::BadPattern => "bad_pattern",
            Reject::PathPattern => "path_pattern",
            Reject::Bogon => "bogon",
            Reject::WidePrefix => "wide_prefix",
            Reject::PublicSuffix => "public_suffix",
            Reject::Localhost => "localhost",
            Reject::WellKnownFile => "well_known_file",
            Reject::SinkAddress => "sink_address",
            Reject::AddressTarget => "address_target",
            Reject::HostMapping => "host_mapping",
            Reject::UrlWildcard => "url_wildcard",
            Reject::UrlHosts => "url_hosts",
            Reject::AddressWildcard => "address_wildcard",
            Reject::EmailWildcard => "email_wildcard",
            Reject::CutOff => "cut_off",
            Reject::PortRange => "port_range",
            Reject::Malformed => "malformed",
        }
    }

    /// Returns true if a guard refused the value, in which case a policy can admit it. Syntax errors return false.
    ///
    /// ```
    /// use netsieve::{Indicator, Reject};
    ///
    /// let reject = "evil..test".parse::<Indicator>().unwrap_err();
    /// assert_eq!((reject.code(), reject.is_guard()), ("empty_label", false));
    /// // A policy can admit what a guard refuses.
    /// assert_eq!((Reject::Bogon.code(), Reject::Bogon.is_guard()), ("bogon", true));
    /// ```
    pub const fn is_guard(self) -> bool {
        matches!(
            self,
            Reject::Bogon
                | Reject::WidePrefix
                | Reject::PublicSuffix
                | Reject::Localhost
                | Reject::WellKnownFile
                | Reject::SinkAddress
        )
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reject::Empty => "empty value",
            Reject::TooLong => "longer than the limit",
            Reject::Unrecognised => {
                "neither an address, a prefix, a range, a domain name, a URL, a hash nor a mail address"
            }
            Reject::BadAddress => "malformed address",
            Reject::LeadingZero => "IPv4 octet with a leading zero is ambiguous",
            Reject::BadPrefixLength => "malformed prefix length",
            Reject::ReversedRange => "range ends before it starts",
            Reject::MixedRange => "range mixes IPv4 and IPv6",
            Reject::BadPort => "malformed port",
            Reject::EmptyLabel => "name with an empty label",
            Reject::LongLabel => "label longer than 63 bytes",
            Reject::LongName => "name longer than 253 bytes",
            Reject::BadNameByte => "domain name with an invalid character",
            Reject::BadIdna => "not a valid internationalised name (UTS-46)",
            Reject::NumericTld => "neither a name nor a valid address: the last label is a number",
            Reject::SingleLabel => "domain name with only one label",
            Reject::BadScheme => "malformed URL scheme",
            Reject::NoHost => "URL without a host",
            Reject::BadHash => "not a hexadecimal hash of a known length",
            Reject::BadEmail => "malformed mail address",
            Reject::BadPattern => "malformed pattern, or one without three literal bytes in a row",
            Reject::PathPattern => "URL path without a host (path patterns are off)",
            Reject::Bogon => "private or reserved address",
            Reject::WidePrefix => "prefix shorter than /8 (IPv4) or /19 (IPv6)",
            Reject::PublicSuffix => "covers a whole public suffix",
            Reject::Localhost => "name of the local host",
            Reject::WellKnownFile => "hash of a file that is found everywhere",
            Reject::SinkAddress => "sink address of a hosts file",
            Reject::AddressTarget => "address in place of a name in a hosts file",
            Reject::HostMapping => "name mapped to an address that is not a sink, which does not block it",
            Reject::UrlWildcard => "wildcard in a URL that is neither the whole last segment nor the whole query",
            Reject::UrlHosts => "URL on every host under a name (suffix hosts of URLs are off)",
            Reject::AddressWildcard => "wildcard in an address that does not stand for all of its last octets",
            Reject::EmailWildcard => "wildcard in a mail address: list the domain to cover every address on it",
            Reject::CutOff => "cut off: an ellipsis stands for a part of the value",
            Reject::PortRange => "malformed range of ports, or one with too many ports",
            Reject::Malformed => "malformed record",
        })
    }
}

impl std::error::Error for Reject {}

impl From<Reject> for Error {
    fn from(reason: Reject) -> Self {
        Error::value(reason)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const ALL: &[Reject] = &[
        Reject::Empty,
        Reject::TooLong,
        Reject::Unrecognised,
        Reject::BadAddress,
        Reject::LeadingZero,
        Reject::BadPrefixLength,
        Reject::ReversedRange,
        Reject::MixedRange,
        Reject::BadPort,
        Reject::EmptyLabel,
        Reject::LongLabel,
        Reject::LongName,
        Reject::BadNameByte,
        Reject::BadIdna,
        Reject::NumericTld,
        Reject::SingleLabel,
        Reject::BadScheme,
        Reject::NoHost,
        Reject::BadHash,
        Reject::BadEmail,
        Reject::BadPattern,
        Reject::PathPattern,
        Reject::Bogon,
        Reject::WidePrefix,
        Reject::PublicSuffix,
        Reject::Localhost,
        Reject::WellKnownFile,
        Reject::SinkAddress,
        Reject::AddressTarget,
        Reject::HostMapping,
        Reject::UrlWildcard,
        Reject::UrlHosts,
        Reject::AddressWildcard,
        Reject::EmailWildcard,
        Reject::CutOff,
        Reject::PortRange,
        Reject::Malformed,
    ];

    /// Users filter by codes, so each is the variant's name in snake case, and none has the message of another.
    #[test]
    fn codes_and_messages_name_one_reason_each() {
        let mut messages = HashSet::new();
        for reason in ALL {
            let name = format!("{reason:?}");
            let words: String =
                name.chars().map(|c| if c.is_uppercase() { format!("_{c}") } else { c.into() }).collect();
            assert_eq!(reason.code(), &words.to_lowercase()[1..]);
            assert!(messages.insert(reason.to_string()), "{reason:?}: {reason}");
            assert!(Error::from(*reason).to_string().contains(&reason.to_string()), "{reason:?}");
        }
        assert!(messages.iter().all(|text| text.len() > 8 && !text.ends_with('.')));
    }

    /// A policy can admit what a guard refuses; nothing makes broken syntax an indicator.
    #[test]
    fn guards_are_the_reasons_that_a_policy_lifts() {
        let guards: Vec<&str> = ALL.iter().filter(|reason| reason.is_guard()).map(|reason| reason.code()).collect();
        assert_eq!(guards, ["bogon", "wide_prefix", "public_suffix", "localhost", "well_known_file", "sink_address"]);
    }
}
