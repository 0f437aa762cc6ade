//! The desk and the turns under a model checker: every interleaving of small cases, up to a number of preemptions.
//!
//! The checker fails if any order makes a thread wait for ever. Both files are compiled again here, with the locks of the checker in
//! place of those of the standard library.

use std::ops::ControlFlow;

use loom::sync::Arc;
use loom::thread;

mod sync {
    pub(super) use loom::sync::{Condvar, Mutex, MutexGuard};
}

// The same two files, over the locks of the model checker.
#[allow(clippy::duplicate_mod, reason = "over other locks")]
#[path = "desk.rs"]
mod desk;
#[allow(clippy::duplicate_mod, reason = "over other locks")]
#[path = "turn.rs"]
mod turn;

use desk::{Desk, Job, Opening};
use turn::InTurn;

use super::outbox::{Done, Key, Next, Parcel};
use crate::scan::delivery::Times;
use crate::scan::options::ScanStats;

/// A hit, of weight 1.
#[derive(Debug)]
struct One(Key);

impl Parcel for One {
    fn weight(&self) -> usize {
        1
    }

    fn counts(&self) -> (u64, u64) {
        (1, 1)
    }
}

/// An input, given as the number of hits of each part.
#[derive(Clone, Copy, Debug)]
enum Input {
    Own(&'static [usize]),
    Shared(&'static [usize]),
    Nothing,
}

/// A disturbance during the scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    None,
    /// The delivering thread breaks off after this many deliveries.
    Breaks(usize),
    /// The thread that scans this part panics.
    Panics(Key),
    /// The thread that scans this part cancels the scan.
    Cancels(Key),
    /// The hits of this part are the last of its input that are wanted.
    Enough(Key),
}

#[derive(Clone, Copy, Debug)]
struct Case {
    inputs: &'static [Input],
    threads: usize,
    limit: usize,
    trouble: Trouble,
}

/// A part: its key, its number of hits, and whether it is the last.
type Part = (Key, usize, bool);

struct Shared {
    input: usize,
    parts: &'static [usize],
    turns: InTurn<()>,
}

struct Crew {
    case: Case,
    desk: Desk<Arc<Shared>, Part, One>,
}

impl Crew {
    /// Does the work of `crew.rs`, without reading and scanning.
    fn work(&self) {
        while let Some(job) = self.desk.take() {
            match job {
                Job::Ready(part) => _ = self.scan(part),
                Job::Part(shared, number) => {
                    let at = number as usize;
                    let is_last = at + 1 >= shared.parts.len();
                    if is_last {
                        self.desk.end_shared(shared.input);
                    }
                    let turn = shared.turns.turn(number);
                    let cut = turn.take(|()| if is_last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
                    if let (Some(()), Some(&hits)) = (cut, shared.parts.get(at)) {
                        self.scan(((shared.input, number), hits, is_last));
                    }
                }
                Job::Open(input) => match self.case.inputs.get(input) {
                    None => self.desk.opened(Opening::None),
                    Some(Input::Nothing) => self.desk.opened(Opening::Nothing(None)),
                    Some(Input::Shared(parts)) => {
                        let shared = Shared { input, parts, turns: InTurn::new(()) };
                        self.desk.opened(Opening::Shared(Arc::new(shared)));
                    }
                    Some(Input::Own(parts)) => {
                        self.desk.opened(Opening::Own);
                        self.own(input, parts);
                        self.desk.disown();
                    }
                },
            }
        }
    }

    fn own(&self, input: usize, parts: &'static [usize]) {
        for (at, &hits) in parts.iter().enumerate() {
            if !self.desk.may_read(input) {
                return;
            }
            let part = ((input, at as u64), hits, at + 1 == parts.len());
            if let Some(part) = self.desk.hand_on(part)
                && !self.scan(part)
            {
                return;
            }
        }
    }

    /// Returns `false` if the input is over.
    fn scan(&self, (key, hits, mut is_last): Part) -> bool {
        match self.case.trouble {
            // The guard of a panicking thread does this too.
            Trouble::Panics(at) if at == key => {
                self.desk.stop();
                return false;
            }
            Trouble::Cancels(at) if at == key => {
                self.desk.cancel();
                return false;
            }
            Trouble::Enough(at) => is_last |= at == key,
            _ => {}
        }
        if !(0..hits).all(|_| self.desk.put(key, One(key))) {
            return false;
        }
        let done = Done { stats: ScanStats::default(), times: Times::default(), error: None, is_last };
        self.desk.finish(key, done);
        !is_last
    }

    /// Collects the deliveries: hits by their part, and ends of inputs as `(input, u64::MAX)`.
    fn deliver(&self) -> Vec<Key> {
        let mut delivered = Vec::new();
        while let Some(next) = self.desk.next() {
            match next {
                Next::Hits(input, One(key)) => {
                    assert_eq!(input, key.0);
                    delivered.push(key);
                }
                Next::Scanned(..) => {}
                Next::End(end) => delivered.push((end.input, u64::MAX)),
            }
            if self.case.trouble == Trouble::Breaks(delivered.len()) {
                if delivered.last().is_some_and(|last| last.1 != u64::MAX) {
                    delivered.push((self.desk.abandon().input, u64::MAX));
                }
                break;
            }
        }
        self.desk.stop();
        delivered
    }
}

/// All deliveries that are due if nothing goes wrong.
fn wanted(case: &Case) -> Vec<Key> {
    let mut all = Vec::new();
    for (input, of) in case.inputs.iter().enumerate() {
        let (Input::Own(parts) | Input::Shared(parts)) = of else {
            all.push((input, u64::MAX));
            continue;
        };
        for (part, &hits) in parts.iter().enumerate() {
            all.extend(std::iter::repeat_n((input, part as u64), hits));
            if case.trouble == Trouble::Enough((input, part as u64)) {
                break;
            }
        }
        all.push((input, u64::MAX));
    }
    all
}

/// Runs a case in every order.
fn check(case: Case, preemptions: usize) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.max_branches = 20_000;
    model.check(move || {
        let crew = Arc::new(Crew { case, desk: Desk::new(case.limit) });
        let threads: Vec<_> = (0..case.threads)
            .map(|_| {
                let crew = crew.clone();
                thread::spawn(move || crew.work())
            })
            .collect();
        let delivered = crew.deliver();
        for thread in threads {
            thread.join().unwrap();
        }
        let wanted = wanted(&case);
        match case.trouble {
            Trouble::None | Trouble::Enough(_) => assert_eq!(delivered, wanted, "{case:?}"),
            Trouble::Breaks(_) | Trouble::Cancels(_) => {
                // The deliveries are a prefix of the full list, followed by the end of the current input.
                let (end, hits) = delivered.split_last().expect("the end of an input");
                assert!(wanted.starts_with(hits) && end.1 == u64::MAX, "{case:?}: {delivered:?}");
                let at_hand = wanted.get(hits.len()).expect("no more than all");
                assert_eq!(at_hand.0, end.0, "{case:?}: {delivered:?}");
            }
            Trouble::Panics(_) => assert!(wanted.starts_with(&delivered), "{case:?}: {delivered:?}"),
        }
    });
}

const TWO_OWN: &[Input] = &[Input::Own(&[1, 1]), Input::Own(&[1, 1])];
const SHARED: &[Input] = &[Input::Shared(&[1, 0, 1])];
const MIXED: &[Input] = &[Input::Own(&[1]), Input::Nothing, Input::Shared(&[1])];

fn troubles(of: &[Trouble], inputs: &'static [Input], limits: &[usize]) {
    for &trouble in of {
        for &limit in limits {
            check(Case { inputs, threads: 2, limit, trouble }, 2);
        }
    }
}

/// 512 bytes hold two empty parts and a few hits.
const LIMITS: &[usize] = &[0, 512];

#[test]
fn owned_inputs_in_every_order() {
    troubles(&[Trouble::None], TWO_OWN, LIMITS);
}

#[test]
fn a_shared_input_in_every_order() {
    troubles(&[Trouble::None, Trouble::Enough((0, 0))], SHARED, LIMITS);
}

#[test]
fn inputs_of_all_kinds_in_every_order() {
    troubles(&[Trouble::None], MIXED, &[0]);
}

#[test]
fn a_consumer_that_stops_leaves_nobody_waiting() {
    let troubles_ = [Trouble::Breaks(1), Trouble::Breaks(2), Trouble::Breaks(3), Trouble::Enough((0, 0))];
    troubles(&troubles_, TWO_OWN, &[0]);
    troubles(&[Trouble::Breaks(1), Trouble::Breaks(2)], SHARED, &[0]);
}

#[test]
fn panics_and_cancellations_leave_nobody_waiting() {
    let of = [Trouble::Panics((0, 0)), Trouble::Panics((1, 0)), Trouble::Cancels((0, 1)), Trouble::Cancels((1, 1))];
    troubles(&of, TWO_OWN, &[0]);
    troubles(&[Trouble::Panics((0, 1)), Trouble::Cancels((0, 2))], SHARED, &[0]);
}

/// Three threads take long, so this runs with the full tests only.
#[test]
#[ignore = "takes minutes"]
fn three_threads_in_every_order() {
    for inputs in [TWO_OWN, SHARED] {
        check(Case { inputs, threads: 3, limit: 0, trouble: Trouble::None }, 2);
    }
}
