//! The list of all formats, with their names and readers.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::feed::formats::dns::{adblock, dnsmasq, hosts, rpz, unbound};
use crate::feed::formats::gated;
use crate::feed::formats::ids::{dataset, iprep, rules, zeek};
use crate::feed::formats::json::{
    crowdsec, drop_json, jsonl, known as documents, misp, misp_feed, otx, stix, warninglist,
};
use crate::feed::formats::list::{
    alienvault, cdb, drop, dshield, emule, firehol, ipset, maltrail, nft, openphish, p2p, plain, tor, wildcard,
};
use crate::feed::formats::report::Report;
use crate::feed::formats::table::{csv, known as tables};
use crate::feed::head::Head;
use crate::feed::reader::{FeedReader, Tier};

/// Declares the formats: documentation, variant, name, tier of evidence, reader.
macro_rules! formats {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal, $tier:ident, $reader:expr;)+) => {
        /// The format of a feed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Format {
            $($(#[$doc])+ $variant,)+
        }

        impl Format {
            /// Every format.
            pub const ALL: &'static [Format] = &[$(Format::$variant),+];

            /// The name that users write: `plain`, `hosts`, ….
            ///
            /// ```
            /// assert_eq!(netsieve::feed::Format::AdBlock.as_str(), "adblock");
            /// ```
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Format::$variant => $name,)+
                }
            }

            /// The evidence that identifies the format.
            pub(super) const fn tier(self) -> Tier {
                match self {
                    $(Format::$variant => Tier::$tier,)+
                }
            }

            pub(super) fn reader(self) -> &'static dyn FeedReader {
                match self {
                    $(Format::$variant => &$reader,)+
                }
            }
        }
    };
}

formats! {
    /// One value per line, of any kind, with an optional second column and comments.
    Plain = "plain", Votes, plain::Plain;
    /// A hosts file that sends names to a sink address.
    Hosts = "hosts", Votes, hosts::Hosts;
    /// An ad blocker's filter list. Rules over whole hosts are read.
    AdBlock = "adblock", Prefix, adblock::AdBlock;
    /// A configuration of dnsmasq.
    Dnsmasq = "dnsmasq", Prefix, dnsmasq::Dnsmasq;
    /// A configuration of unbound.
    Unbound = "unbound", Prefix, unbound::Unbound;
    /// A response policy zone, as a zone file.
    Rpz = "rpz", Prefix, rpz::Rpz;
    /// A table: comma-separated values and similar.
    Csv = "csv", Columns, csv::Csv;
    /// The CSV dump of URLhaus.
    Urlhaus = "urlhaus", Banner, tables::URLHAUS;
    /// The CSV dump of ThreatFox.
    ThreatFox = "threatfox", Banner, tables::THREATFOX;
    /// The CSV list of Feodo Tracker.
    Feodo = "feodo", Banner, tables::FEODO;
    /// The address list of SSLBL.
    Sslbl = "sslbl", Banner, tables::SSLBL;
    /// The CSV dump of MalwareBazaar.
    MalwareBazaar = "malwarebazaar", Banner, tables::MALWARE_BAZAAR;
    /// The CSV dump of PhishTank.
    PhishTank = "phishtank", Banner, tables::PHISHTANK;
    /// Attributes of MISP events as CSV.
    MispCsv = "misp-csv", Banner, tables::MISP_CSV;
    /// Static trails of Maltrail.
    Maltrail = "maltrail", Banner, maltrail::Maltrail;
    /// A reputation list of Suricata.
    Iprep = "iprep", Prefix, iprep::Iprep;
    /// A data set of Suricata: values in Base64.
    Dataset = "dataset", Prefix, dataset::Dataset;
    /// Spamhaus DROP as text.
    Drop = "drop", Banner, drop::Drop;
    /// DShield's list of networks.
    DShield = "dshield", Banner, dshield::DShield;
    /// An address set of FireHOL.
    FireHol = "firehol", Banner, firehol::FireHol;
    /// An address filter of eMule.
    EMule = "emule", Prefix, emule::EMule;
    /// A text list of PeerGuardian.
    P2p = "p2p", Prefix, p2p::P2p;
    /// OpenPhish's list of URLs. Never guessed: it looks like any list of URLs.
    OpenPhish = "openphish", Prefix, openphish::OpenPhish;
    /// AlienVault's reputation list.
    AlienVault = "alienvault", Prefix, alienvault::AlienVault;
    /// An intelligence file of Zeek.
    Zeek = "zeek", Banner, zeek::Zeek;
    /// Sets as `ipset save` writes them.
    IpSet = "ipset", Prefix, ipset::IpSet;
    /// Sets of addresses in the syntax of nftables.
    Nft = "nft", Prefix, nft::Nft;
    /// A CDB list of Wazuh or OSSEC: keys with notes.
    Cdb = "cdb", Prefix, cdb::Cdb;
    /// A list of Tor exit nodes.
    Tor = "tor", Banner, tor::Tor;
    /// MISP events.
    Misp = "misp", Shape, misp::Misp;
    /// The manifest of a MISP feed, whose events are in separate files.
    MispFeed = "misp-feed", Shape, misp_feed::MispFeed;
    /// A warning list of MISP.
    WarningList = "warninglist", Shape, warninglist::WarningList;
    /// A STIX 2.0 or 2.1 bundle or envelope.
    Stix = "stix", Shape, stix::Stix;
    /// A STIX 1 package, in XML. Requires the feature `xml`.
    Stix1 = "stix1", Shape, gated::STIX1;
    /// OpenIOC, in XML. Requires the feature `xml`.
    OpenIoc = "openioc", Shape, gated::OPENIOC;
    /// A database in MaxMind's MMDB format. Requires the feature `mmdb`.
    Mmdb = "mmdb", Banner, gated::MMDB;
    /// AlienVault OTX pulses.
    Otx = "otx", Shape, otx::Otx;
    /// The JSON dump of URLhaus.
    UrlhausJson = "urlhaus-json", Shape, documents::URLHAUS;
    /// The JSON dump of ThreatFox, or a response of its API.
    ThreatFoxJson = "threatfox-json", Shape, documents::THREATFOX;
    /// The JSON list of Feodo Tracker.
    FeodoJson = "feodo-json", Shape, documents::FEODO;
    /// Spamhaus DROP as JSON Lines.
    DropJson = "drop-json", Shape, drop_json::DropJson;
    /// Decisions of CrowdSec.
    CrowdSec = "crowdsec", Shape, crowdsec::CrowdSec;
    /// JSON records with any keys: JSON Lines, or an array.
    JsonLines = "jsonl", Columns, jsonl::JsonLines;
    /// Rules of Snort or Suricata.
    Rules = "rules", Prefix, rules::Rules;
    /// Names that each begin with `*.` or a dot.
    Wildcard = "wildcard", Prefix, wildcard::Wildcard;
    /// A report for people, as text: an advisory, a mail, Markdown, or the text of a PDF or web page.
    Report = "report", Prose, Report;
}

impl Format {
    /// The format's certainty about this head, in per cent.
    pub(super) fn certainty(self, head: &Head<'_>) -> u8 {
        self.reader().sniff(head)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Error;

    /// Parses the name of a format, in lower case.
    ///
    /// # Errors
    ///
    /// Fails if no format has this name. The message lists the known names.
    fn from_str(name: &str) -> Result<Self> {
        Format::ALL
            .iter()
            .copied()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| Error::config(format!("unknown feed format `{name}` (known: {})", known())))
    }
}

/// The names of all formats, for messages.
pub(super) fn known() -> String {
    let mut names: Vec<_> = Format::ALL.iter().map(|format| format.as_str()).collect();
    names.sort_unstable();
    names.join(", ")
}
