//! Cases of hashes and mail addresses.

use netsieve::scan::Context::{Email, UrlPath, UrlQuery};

use super::super::Random;
use super::cases::{Case, case, exact};
use super::{Piece, Place, Sets};

/// A listed hash in lower case, and in the spelling of a log.
fn hash<'s>(sets: &'s Sets, random: &mut Random) -> (&'s str, String) {
    let hash = random.one(&sets.hashes);
    (hash, if random.below(2) == 0 { hash.clone() } else { hash.to_uppercase() })
}

fn algorithm(hash: &str) -> &'static str {
    match hash.len() {
        32 => "MD5",
        40 => "SHA1",
        56 => "SHA224",
        64 => "SHA256",
        96 => "SHA384",
        _ => "SHA512",
    }
}

fn pairs(hash: &str, separator: &str) -> String {
    let pairs: Vec<&str> = (0..hash.len() / 2).map(|n| &hash[2 * n..2 * n + 2]).collect();
    pairs.join(separator)
}

/// All cases of this module.
pub const EXACT: &[Case] = &[
    case("hash", |s, _, r| {
        let (hash, shown) = hash(s, r);
        Piece::of(&*shown).hit(&shown, hash, exact(hash))
    }),
    case("hash after its algorithm", |s, _, r| {
        let (hash, shown) = hash(s, r);
        let name = algorithm(hash);
        let name = if r.below(2) == 0 { name.to_lowercase() } else { name.to_owned() };
        Piece::of(format!("{name}{}{shown}", r.one(&[":", "=", ": ", "/"]))).hit(&shown, hash, exact(hash))
    }),
    case("hash in pairs", |s, _, r| {
        let (hash, shown) = hash(s, r);
        let separator = *r.one(&[":", "-"]);
        let shown = pairs(&shown, separator);
        Piece::of(format!("fingerprint {shown}")).hit(&shown, hash, exact(hash))
    }),
    case("hash in a path", |s, c, r| {
        let (hash, shown) = hash(s, r);
        let text = format!("http://{}/file/{shown}{}", c.name(r), r.one(&["", ".exe", "/scan", "?x=1"]));
        Piece::of(text).hit(&shown, hash, exact(hash)).context(UrlPath).place(Place::Url)
    }),
    case("hash in a query", |s, c, r| {
        let (hash, shown) = hash(s, r);
        let text = format!("http://{}/q?h={shown}&x=1", c.name(r));
        Piece::of(text).hit(&shown, hash, exact(hash)).context(UrlQuery).place(Place::Url)
    }),
    case("hash after an escape", |s, _, r| {
        let (hash, shown) = hash(s, r);
        let escape = r.one(&["%20", "%3D", "\\n", "\\t", "\\u0022", "=3D", "#012", "\u{1b}[31m"]);
        Piece::of(format!("said{escape}{shown}")).hit(&shown, hash, exact(hash))
    }),
    case("hash in the name of a file", |s, _, r| {
        let (hash, shown) = hash(s, r);
        Piece::of(format!("sample_{shown}{}", r.one(&["_x", "-1", ".bin"]))).hit(&shown, hash, exact(hash))
    }),
    case("near: hash that goes on", |s, _, r| {
        let (_, shown) = hash(s, r);
        Piece::of(format!("{shown}{}", r.one(&["0", "a", "g", "Z"])))
    }),
    case("near: hash after a letter", |s, _, r| {
        let (_, shown) = hash(s, r);
        Piece::of(format!("{}{shown}", r.one(&["0", "f", "g", "Z"])))
    }),
    case("near: another hash", |s, _, r| {
        let (hash, _) = hash(s, r);
        let last = if hash.ends_with('0') { '1' } else { '0' };
        Piece::of(format!("{}{last}", &hash[..hash.len() - 1]))
    }),
    case("near: pairs that go on", |s, _, r| {
        let (_, shown) = hash(s, r);
        let separator = *r.one(&[":", "-"]);
        let shown = pairs(&shown, separator);
        Piece::of(if r.below(2) == 0 { format!("{shown}{separator}00") } else { format!("00{separator}{shown}") })
    }),
    case("mail address", |s, _, r| {
        let address = r.one(&s.addresses);
        let shown = if r.below(2) == 0 { address.clone() } else { address.to_uppercase() };
        Piece::of(format!("{}{shown}", r.one(&["", "mailto:", "from=", "to ", "user:", "<"]))).hit(
            &shown,
            address,
            exact(address),
        )
    }),
    case("mail address after an escape", |s, _, r| {
        let address = r.one(&s.addresses);
        let escape = r.one(&["%20", "%3C", "\\n", "\\u003c", "=3D", "#012", "\u{1b}[31m", "\\\""]);
        Piece::of(format!("said{escape}{address}")).hit(address, address, exact(address))
    }),
    case("mail address in a query", |s, c, r| {
        let address = r.one(&s.addresses);
        let text = format!("http://{}/q?to={address}&x=1", c.name(r));
        Piece::of(text).hit(address, address, exact(address)).context(UrlQuery).place(Place::Url)
    }),
    case("mail address in quotes", |s, _, r| {
        let address = r.one(&s.addresses);
        Piece::of(format!("b'{address}'")).hit(address, address, exact(address))
    }),
    case("mail address with its local part in quotes", |s, _, r| {
        let address = r.one(&s.addresses);
        let (local, name) = address.split_once('@').expect("an address");
        let shown = format!("\"{local}\"@{name}");
        Piece::of(format!("from={shown} to=none")).hit(&shown, address, exact(address)).place(Place::Line)
    }),
    case("mail address and its domain", |s, _, r| {
        let address = r.one(&s.addresses_at_names);
        let (_, name) = address.split_once('@').expect("an address");
        Piece::of(format!("<{address}>"))
            .hit(address, address, exact(address))
            .hit(name, name, exact(name))
            .context(Email)
    }),
    case("near: mail address that begins before", |s, _, r| {
        let address = r.one(&s.addresses);
        Piece::of(format!("{}{address}", r.one(&["x", "x.", "x+", "x-", "x_", "o'"])))
    }),
    case("near: mail address with another name", |s, _, r| {
        let address = r.one(&s.addresses);
        let (local, name) = address.split_once('@').expect("an address");
        Piece::of(match r.below(3) {
            0 => format!("{local}@mail.{name}"),
            1 => format!("{local}@{name}.example"),
            _ => format!("{local}@x{name}"),
        })
    }),
    case("near: mail address without its tag", |s, _, r| {
        let address = r.one(&s.addresses);
        Piece::of(match address.split_once('+') {
            Some((local, rest)) => format!("{local}@{}", rest.split_once('@').expect("an address").1),
            None => address.replace('@', "+tag@"),
        })
    }),
];
