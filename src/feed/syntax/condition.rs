//! Values under a condition, as OpenIOC and STIX 1 have them: `is`, `contains`, `ends-with`, ….

use crate::feed::syntax::listed::{self, Listed};
use crate::feed::syntax::value::{self, Rules, Value};
use crate::indicator::{Construct, Indicator, Pattern, PatternTarget, Reject};

/// How what is seen must relate to the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Is,
    Contains,
    StartsWith,
    EndsWith,
    /// By something that no indicator can hold.
    Skip(Construct),
}

impl Condition {
    /// By its name in OpenIOC 1.0 and 1.1, or in CybOX.
    pub(crate) fn of(name: &str) -> Self {
        let plain: String = name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
        match &*plain {
            "" | "is" | "equals" => Condition::Is,
            "contains" => Condition::Contains,
            "startswith" | "beginswith" => Condition::StartsWith,
            "endswith" => Condition::EndsWith,
            "isnot" | "containsnot" | "doesnotequal" | "doesnotcontain" => Condition::Skip(Construct::Negation),
            "matches" | "fitspattern" => Condition::Skip(Construct::Regex),
            _ => Condition::Skip(Construct::Comparison),
        }
    }
}

/// Reads a value. A name that another may contain, begin or end with is a pattern over names; an address, a URL and a path
/// stand for themselves, because a part of one is none.
pub(crate) fn read(condition: Condition, listed: Listed, value: &str, rules: &Rules) -> Result<Value, Reject> {
    let (before, after) = match condition {
        Condition::Is => return listed::read(listed, value, rules),
        // Of these, too, a part is none.
        _ if matches!(listed, Listed::Hash | Listed::NamedHash | Listed::Email) => {
            return listed::read(listed, value, rules);
        }
        Condition::Contains => ("*", "*"),
        Condition::StartsWith => ("", "*"),
        Condition::EndsWith => ("*", ""),
        Condition::Skip(_) => return Err(Reject::Unrecognised),
    };
    let found = value::classify(value, rules)?;
    match &found.indicator {
        // A wildcard says itself what it covers, and a port is of a host.
        Indicator::Domain { name, port: None, .. } if !value.starts_with(['*', '.']) => {
            let pattern = Pattern::new(PatternTarget::Name, &format!("{before}{name}{after}"))?;
            Ok(Indicator::Pattern(pattern).into())
        }
        _ => Ok(found),
    }
}
