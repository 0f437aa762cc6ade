//! Guards: refuse indicators that a block feed may list only if its policy admits them.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::indicator::{HostRef, Indicator, Policy, Reject, Scope, WarningKind};
use crate::limits::{MIN_PREFIX_V4, MIN_PREFIX_V6};
use crate::sieve::build::broad::covers_public_suffix;
use crate::sieve::build::free_mail::is_free_mail;
use crate::sieve::build::suffixes::PublicSuffixes;
use crate::sieve::build::well_known::is_well_known;
use crate::value::ip;

/// Brings an indicator that a program put together by hand into the form that parsing gives: no host bits, no IPv4 address in the form
/// of IPv6, and a range only if it is not a prefix.
#[inline]
pub(in crate::sieve) fn make_canonical(indicator: &mut Indicator) -> Result<(), Reject> {
    match indicator {
        // Most addresses are of this form, which has nothing to change.
        Indicator::Ip { net: IpNet::V4(net), .. } if net.prefix_len() == 32 => {}
        Indicator::Ip { net, .. } => *net = ip::canonical_net(*net),
        Indicator::IpRange { first, last, port } => {
            let (from, to) = ip::canonical_range(*first, *last)?;
            *indicator = match ip::range_prefixes(from, to)[..] {
                [net] => Indicator::Ip { net, port: *port },
                _ => Indicator::IpRange { first: from, last: to, port: *port },
            };
        }
        // The other values can only be made by parsing.
        Indicator::Domain { .. }
        | Indicator::Url { .. }
        | Indicator::Pattern(_)
        | Indicator::Hash(_)
        | Indicator::Email(_) => {}
    }
    Ok(())
}

/// Applies the guards to a block entry. `Ok(Some(…))` accepts it with a warning.
pub(in crate::sieve) fn check(
    indicator: &mut Indicator,
    policy: &Policy,
    suffixes: &PublicSuffixes,
) -> Result<Option<WarningKind>, Reject> {
    match indicator {
        Indicator::Ip { net, .. } => check_net(net, policy).map(|()| None),
        Indicator::IpRange { first, last, .. } => {
            for net in ip::range_prefixes(*first, *last) {
                check_net(&net, policy)?;
            }
            Ok(None)
        }
        Indicator::Domain { name, scope, .. } => {
            let warning = check_name(name.as_str(), scope, policy, suffixes)?;
            Ok(warning.or(is_free_mail(name.as_str()).then_some(WarningKind::FreeMail)))
        }
        Indicator::Url { url, host_scope } => match url.view().host() {
            HostRef::Ip(addr) => check_net(&host_net(addr), policy).map(|()| None),
            HostRef::Domain(name) => check_name(name, host_scope, policy, suffixes),
        },
        Indicator::Pattern(pattern) if !policy.admit_public_suffixes && covers_public_suffix(pattern, suffixes) => {
            Err(Reject::PublicSuffix)
        }
        Indicator::Hash(hash) if !policy.admit_well_known_files && is_well_known(hash) => Err(Reject::WellKnownFile),
        Indicator::Pattern(_) | Indicator::Hash(_) | Indicator::Email(_) => Ok(None),
    }
}

fn host_net(addr: IpAddr) -> IpNet {
    IpNet::from(addr)
}

fn check_net(net: &IpNet, policy: &Policy) -> Result<(), Reject> {
    let shortest = match net {
        IpNet::V4(_) => MIN_PREFIX_V4,
        IpNet::V6(_) => MIN_PREFIX_V6,
    };
    if !policy.admit_bogons && ip::is_bogon(net) {
        return Err(Reject::Bogon);
    }
    if !policy.admit_wide_prefixes && net.prefix_len() < shortest {
        return Err(Reject::WidePrefix);
    }
    Ok(())
}

fn check_name(
    name: &str,
    scope: &mut Scope,
    policy: &Policy,
    suffixes: &PublicSuffixes,
) -> Result<Option<WarningKind>, Reject> {
    let is_localhost = name == "localhost" || name.ends_with(".localhost") || name == "localhost.localdomain";
    if is_localhost && !policy.admit_bogons {
        return Err(Reject::Localhost);
    }
    if policy.admit_public_suffixes || is_localhost {
        return Ok(None);
    }
    if !name.contains('.') {
        return Err(if suffixes.lists(name) { Reject::PublicSuffix } else { Reject::SingleLabel });
    }
    match scope {
        Scope::Exact => Ok(None),
        Scope::Suffix if suffixes.lists(name) => {
            *scope = Scope::Exact;
            Ok(Some(WarningKind::PublicSuffixDemoted))
        }
        Scope::Subdomains if suffixes.lists(name) => Err(Reject::PublicSuffix),
        _ => Ok(None),
    }
}
