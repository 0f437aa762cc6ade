//! Thread safety and unwind safety of the public types.

use std::panic::{RefUnwindSafe, UnwindSafe};

use netsieve::extract::{ExtractOptions, Extractor, Token};
use netsieve::indicator::{
    Attributes, DomainName, Pattern, Record, Rejection, Url, UrlScratch, UrlView, Warning, WarningKind,
};
use netsieve::sieve::{
    Derived, DerivedForms, FeedReport, IndicatorRef, Nat64Prefix, Networks, Overlap, PublicSuffixes, Shadow, Withheld,
};
use netsieve::{
    Action, BuildReport, Context, Error, Feed, Filter, Hit, Indicator, Kind, Match, MatchOptions, Matcher, Matches,
    Policy, Reject, Relation, ScanOptions, ScanStats, Scanner, Scope, Sieve, SieveBuilder, Source, Strength,
};

fn thread_safe<T: Send + Sync + Unpin>() {}
fn unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}
fn cheap_to_copy<T: Copy>() {}

macro_rules! all {
    ($check:ident: $($type:ty),* $(,)?) => { $($check::<$type>();)* };
}

#[test]
fn public_types_cross_threads() {
    all!(thread_safe:
        Sieve, SieveBuilder, BuildReport, FeedReport, Overlap, Shadow, PublicSuffixes, Networks, DerivedForms, Matcher,
        Matches<'static>,
        Match<'static>, IndicatorRef<'static>, Source<'static>, MatchOptions, Filter, Withheld, Relation, Strength,
        Scanner, ScanOptions, ScanStats, Hit<'static>, Context, Extractor, ExtractOptions, Token<'static>,
        Indicator, DomainName, Url, UrlView<'static>, UrlScratch, Pattern, Scope, Kind, Feed, Policy, Action,
        Record<'static>, Attributes<'static>, Rejection<'static>, Warning<'static>, WarningKind, Reject, Error,
    );
}

#[test]
fn public_types_survive_panics_of_others() {
    all!(unwind_safe:
        Sieve, SieveBuilder, BuildReport, PublicSuffixes, Matcher, Matches<'static>, Match<'static>,
        IndicatorRef<'static>, Source<'static>, MatchOptions, Filter, Scanner, ScanOptions, ScanStats, Hit<'static>,
        Extractor, Token<'static>, Indicator, DomainName, Url, UrlScratch, Feed, Record<'static>, Reject,
    );
}

#[test]
fn views_are_copied() {
    all!(cheap_to_copy:
        Matches<'static>, Match<'static>, IndicatorRef<'static>, Source<'static>, UrlView<'static>, Token<'static>,
        ScanStats, Withheld, Relation, Strength, Derived, Nat64Prefix, Scope, Kind, Action, Context, Reject,
    );
}

#[cfg(feature = "live")]
#[test]
fn a_live_sieve_is_shared() {
    thread_safe::<netsieve::live::LiveSieve>();
    unwind_safe::<netsieve::live::LiveSieve>();
}
