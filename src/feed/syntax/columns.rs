//! Common names of columns and keys, in tables and JSON of any origin.

use crate::feed::syntax::text;
use crate::indicator::ColumnRole;

/// Returns true for a confidence column whose scale is documented: AbuseIPDB's is 0 to 100.
pub(crate) fn has_known_scale(name: &str) -> bool {
    name.eq_ignore_ascii_case("abuseConfidenceScore")
}

/// Returns true if confidence values are on a scale of 0 to 100: whole numbers, none above 100, and at least one above
/// 10, which rules out scales of 0 to 1 and 0 to 10. `None` if there are no values.
pub(crate) fn is_percent<'c>(cells: impl Iterator<Item = &'c str>) -> Option<bool> {
    let (mut most, mut is_whole, mut seen) = (0.0_f64, true, false);
    for cell in cells.filter(|cell| text::some(cell).is_some()) {
        seen = true;
        match text::number(cell) {
            Some(number) if number >= 0.0 && number.fract() == 0.0 => most = most.max(number),
            _ => is_whole = false,
        }
    }
    seen.then_some(is_whole && most > 10.0 && most <= 100.0)
}

/// Returns true if a column of this name may hold contact addresses.
pub(crate) fn may_be_contact(name: &str) -> bool {
    matches!(&*plain(name), "email" | "emails" | "mail" | "emailaddress" | "emailaddresses")
}

/// Returns true if a column of this name may say how long the prefix in another one is.
pub(crate) fn is_prefix_length(name: &str) -> bool {
    let names = [
        "mask",
        "netmask",
        "subnetmask",
        "networkmask",
        "prefixlen",
        "prefixlength",
        "masklen",
        "masklength",
        "cidrmask",
    ];
    names.contains(&&*plain(name))
}

/// A name in lower case, without word separators.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The role of a column with this name.
pub(crate) fn role(name: &str) -> Option<ColumnRole> {
    Some(match &*plain(name) {
        "indicator"
        | "indicators"
        | "ioc"
        | "iocs"
        | "iocvalue"
        | "indicatorvalue"
        | "value"
        | "observable"
        | "artifact"
        | "entity"
        | "c2"
        | "c2server"
        | "c2servers"
        | "c2address"
        | "cnc"
        | "cncserver"
        | "cc"
        | "ccserver"
        | "c2s"
        | "ipordomain"
        | "domainorip"
        | "hostorip"
        | "observablevalue"
        | "iocraw"
        | "attributevalue"
        | "pattern"
        | "stixpattern"
        | "indicatorpattern"
        | "indicatorofcompromise" => ColumnRole::Value,
        "ip"
        | "ips"
        | "ipaddress"
        | "ipaddresses"
        | "ipaddr"
        | "ipv4"
        | "ipv6"
        | "ipv4address"
        | "ipv6address"
        | "dstip"
        | "srcip"
        | "sourceip"
        | "destinationip"
        | "destip"
        | "address"
        | "addr"
        | "c2ip"
        | "cidr"
        | "network"
        | "netblock"
        | "subnet"
        | "prefix"
        | "iprange"
        | "ipcidr"
        | "attackerip"
        | "remoteip"
        | "hostip"
        | "ipstr"
        | "networkip"
        | "networkipv4"
        | "networkipv6"
        | "networksourceip"
        | "networksourceipv4"
        | "networksourceipv6"
        | "networkdestinationip"
        | "networkdestinationipv4"
        | "networkdestinationipv6" => ColumnRole::Ip,
        "domain" | "domains" | "domainname" | "domainnames" | "domainaddress" | "c2domain" | "c2domains"
        | "maliciousdomain" | "phishingdomain" | "domainfqdn" | "emailsourcedomain" => ColumnRole::Domain,
        "hostname" | "hostnames" | "host" | "fqdn" => ColumnRole::Host,
        "url" | "urls" | "uri" | "downloadurl" | "maliciousurl" | "phishingurl" | "phishurl" | "payloadurl"
        | "c2url" | "c2urls" | "malwareurl" | "fullurl" | "landingurl" | "urlvalue" => ColumnRole::Url,
        "hash" | "hashes" | "filehash" | "filehashes" | "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512"
        | "md5hash" | "sha1hash" | "sha256hash" | "sha512hash" | "md5sum" | "sha1sum" | "sha256sum" | "sha512sum"
        | "hashmd5" | "hashsha1" | "hashsha256" | "hashesmd5" | "hashessha1" | "hashessha256" | "filemd5"
        | "filehashvalue" | "hashvalue" | "filesha1" | "filesha256" | "filehashmd5" | "filehashsha1"
        | "filehashsha256" | "malwarehash" | "samplehash" | "payloadmd5" | "payloadsha256" => ColumnRole::Hash,
        "email" | "emails" | "mail" | "emailaddress" | "emailaddresses" | "sender" | "senders" | "senderemail"
        | "senderaddress" | "sendermail" | "emailsender" | "mailfrom" | "emailfrom" | "fromemail" | "fromaddress"
        | "envelopefrom" | "emailsrc" | "emailsenderaddress" | "replyto" | "emailreplyto" | "maliciousemail"
        | "phishingemail" => ColumnRole::Email,
        "type" | "indicatortype" | "ioctype" | "kind" | "observabletype" | "attributetype" | "valuetype" => {
            ColumnRole::Type
        }
        "port" | "dstport" | "destport" | "destinationport" | "c2port" | "serverport" | "remoteport" | "ports"
        | "dstports" | "destports" | "destinationports" | "c2ports" | "serverports" | "remoteports" | "portnumber"
        | "portnumbers" | "tcpport" | "tcpports" | "udpport" | "udpports" | "portprotocol" | "portproto"
        | "portsprotocols" => ColumnRole::Port,
        "tag" | "tags" | "label" | "labels" | "category" | "categories" | "threat" | "threats" | "threattype"
        | "threattypes" | "classification" | "attack" | "attacktype" => ColumnRole::Tags,
        "malware" | "family" | "malwarefamily" | "malwareprintable" | "malwarename" | "signature" | "threatname"
        | "app" | "botnet" | "fkmalware" => ColumnRole::Family,
        "abuseconfidencescore" | "confidence" | "confidencelevel" | "confidencescore" => ColumnRole::Confidence,
        "score" | "risk" | "riskscore" | "count" | "reports" | "totalreports" | "weight" | "hits" | "rank"
        | "severity" | "reputation" | "threatscore" | "xopenctiscore" => ColumnRole::Score,
        "firstseen" | "firstseenutc" | "dateadded" | "date" | "created" | "createdat" | "added" | "timestamp"
        | "discovered" | "submissiontime" | "firstreported" | "datefirstseen" | "datetime" | "firstseenat"
        | "addedat" | "insertdate" => ColumnRole::FirstSeen,
        "lastseen" | "lastseenutc" | "lastonline" | "updated" | "updatedat" | "modified" | "lastreported"
        | "lastreportedat" | "lastupdate" | "lastupdated" | "datelastseen" | "lastseenat" => ColumnRole::LastSeen,
        "validfrom" | "startsat" | "activefrom" => ColumnRole::ValidFrom,
        "validuntil" | "expires" | "expiration" | "expiry" | "expirationdate" | "expiresat" | "expirydate"
        | "deletedate" | "expirationdatetime" | "expirydatetime" => ColumnRole::ValidUntil,
        "reference" | "references" | "ref" | "refs" | "sourceurl" | "report" | "reporturl" | "referenceurl"
        | "detailurl" | "link" | "externalreference" | "phishdetailurl" | "urlhauslink" => ColumnRole::Reference,
        "description" | "comment" | "comments" | "note" | "notes" | "info" | "title" | "context" | "details" => {
            ColumnRole::Description
        }
        "id" | "uuid" | "iocid" | "indicatorid" | "objectid" | "phishid" | "attributeuuid" => ColumnRole::Id,
        "toids" | "ids" => ColumnRole::ToIds,
        name if is_confidence(name) => ColumnRole::Confidence,
        _ => return None,
    })
}

/// Returns true for a name that ends in `confidence`, as in `threat_confidence`, with or without its unit or scale: `confidence (0-100)`.
fn is_confidence(name: &str) -> bool {
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let units = ["level", "score", "percent", "percentage", "pct", "rating", "value"];
    let name = units.iter().find_map(|unit| name.strip_suffix(unit)).unwrap_or(name);
    name.ends_with("confidence")
}
