//! `logscan scan --follow`: follows logs that grow, are rotated or shortened, or appear later.
//!
//! A log is identified by device and inode. Its path only says where to find it, so renaming does not lose the position, and a new file
//! under the old name is another log. A log that no path leads to any more stays open until nothing has been written to it for a while.
//!
//! If the bytes read last are no longer in the file, the log was shortened or overwritten. It is read from its start again, and lines that
//! were added before are looked for in its copies (`copytruncate`). A gap that cannot be filled is reported.
//!
//! Files are checked at intervals, which works the same everywhere, including network file systems.

use std::error::Error;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use netsieve::render::Escaped;
use netsieve::{ScanOptions, Scanner, Sieve};

use crate::cli::ScanArgs;
use crate::output::{Output, Style};
use crate::own::Own;
use crate::scan::scan_options;
use crate::summary::{self, counted};
use crate::{Outcome, feeds, signal};

mod descriptors;
mod file;
mod hits;
mod logs;
mod pipe;
mod reload;
mod siblings;
mod writer;

use logs::Follower;
use pipe::WAITING;
pub(crate) use pipe::{NAME, Next, Pipe};
use reload::Reload;

/// The longest wait before the next look for a signal.
const LOOK: Duration = Duration::from_millis(50);

pub(crate) fn run(args: &ScanArgs) -> Result<Outcome, Box<dyn Error>> {
    Own::check(args)?;
    let mut follower = Follower::new(args)?;
    let pipe = follower.has_pipe().then(Pipe::start).transpose()?;
    let mut sieves = Sieves::new(args)?;
    let options = scan_options(args)?;
    let scanner = Scanner::with_options(&sieves.load()?, &options);
    let style = Style::new(args);
    let mut output = Output::new(args, &style, true, None)?;
    if !args.quiet {
        summary::follow(output.meter.clone(), follower.len());
        // Shows a user at a terminal that the program is working.
        if io::stderr().is_terminal() {
            let feeds = counted(sieves.current.as_ref().map_or(0, Sieve::len) as u64, "indicator");
            say!("logscan: watching {} for {feeds}; Ctrl-C ends", follower.watched());
        }
    }
    let outcome = Rounds { args, scanner, pipe, options: &options, style: &style, output: &mut output }
        .go(&mut follower, &mut sieves)?;
    output.end_following()?;
    Ok(outcome)
}

/// The rounds in which logs and standard input are read by turns.
struct Rounds<'r, 'o> {
    args: &'r ScanArgs,
    scanner: Scanner,
    pipe: Option<Pipe>,
    options: &'r ScanOptions,
    style: &'r Style,
    output: &'r mut Output<'o>,
}

impl Rounds<'_, '_> {
    /// Goes on until enough was found, everything has ended, or a signal comes.
    fn go(&mut self, follower: &mut Follower<'_>, sieves: &mut Sieves<'_>) -> Result<Outcome, Box<dyn Error>> {
        loop {
            follower.round(&mut self.scanner, self.style, self.output)?;
            // Logs that have more to read do not wait. What has come from standard input has its turn in any case.
            self.wait(if follower.has_more() { Duration::ZERO } else { self.args.follow.interval })?;
            if self.output.is_done() {
                return Ok(Outcome::Found);
            }
            if signal::came() {
                return Ok(Outcome::Nothing);
            }
            if follower.has_pipe() && self.pipe.is_none() && follower.is_empty() {
                return Ok(if self.output.pairs > 0 { Outcome::Found } else { Outcome::Nothing });
            }
            if let Some(sieve) = sieves.changed_after(self.args.follow.interval) {
                self.scanner = Scanner::with_options(&sieve, self.options);
            }
        }
    }

    /// Waits for so long, and scans what comes from standard input meanwhile, or some of it if there is no time.
    fn wait(&mut self, time: Duration) -> Result<(), Box<dyn Error>> {
        let until = Instant::now() + time;
        for turn in 0.. {
            let left = until.saturating_duration_since(Instant::now());
            if self.output.is_done() || signal::came() || left.is_zero() && turn >= WAITING {
                break;
            }
            let Self { scanner, style, output, .. } = self;
            match &mut self.pipe {
                None if left.is_zero() => break,
                None => std::thread::sleep(left.min(LOOK)),
                Some(pipe) => match pipe.next(left.min(LOOK)) {
                    Err(error) => {
                        pipe.finish(scanner, style, output)?;
                        return Err(error.into());
                    }
                    Ok(Next::Nothing) if left.is_zero() => break,
                    Ok(Next::Nothing) => {}
                    Ok(Next::Bytes(bytes)) => pipe.scan(&bytes, scanner, style, output)?,
                    Ok(Next::End) => {
                        pipe.finish(scanner, style, output)?;
                        self.pipe = None;
                        break;
                    }
                },
            }
        }
        Ok(())
    }
}

/// The feeds, reloaded when they change.
pub(crate) struct Sieves<'a> {
    args: &'a ScanArgs,
    /// The time of the last check.
    looked: Instant,
    #[allow(clippy::type_complexity, reason = "of this field alone")]
    reload: Reload<Box<dyn Fn() -> Vec<PathBuf> + 'a>, Box<dyn Fn() -> Result<Sieve, Box<dyn Error>> + 'a>>,
    current: Option<Sieve>,
}

impl<'a> Sieves<'a> {
    pub(crate) fn new(args: &'a ScanArgs) -> Result<Self, Box<dyn Error>> {
        let since = args.since.as_ref();
        let paths: Box<dyn Fn() -> Vec<PathBuf> + 'a> = Box::new(move || args.set.paths(since));
        let load: Box<dyn Fn() -> Result<Sieve, Box<dyn Error>> + 'a> =
            Box::new(move || args.set.load_since(since, false).map(|(sieve, _)| sieve));
        Ok(Self { args, looked: Instant::now(), reload: Reload::new(paths, load), current: None })
    }

    pub(crate) fn load(&mut self) -> Result<Sieve, Box<dyn Error>> {
        let (sieve, _) = self.args.set.load_since(self.args.since.as_ref(), false)?;
        self.current = Some(sieve.clone());
        Ok(sieve)
    }

    /// Refuses feeds that have shrunk too much. Does not check a compiled set, which was checked when it was built, or the additions since
    /// an older set, which may be few.
    fn check(&self, new: Sieve) -> Result<Sieve, Box<dyn Error>> {
        if let Some(old) = self.current.as_ref().filter(|_| self.args.set.sieve.is_none() && self.args.since.is_none())
        {
            feeds::check_shrunk(&self.args.set.feeds, old, &new)?;
        }
        Ok(new)
    }

    /// Like [`changed`](Self::changed), but checks at most once per interval.
    pub(crate) fn changed_after(&mut self, interval: Duration) -> Option<Sieve> {
        if self.looked.elapsed() < interval {
            return None;
        }
        self.looked = Instant::now();
        self.changed()
    }

    /// Returns the new sieve if the feeds have changed. Reports the reload, or the reason why the old feeds stay.
    pub(crate) fn changed(&mut self) -> Option<Sieve> {
        match self.reload.changed()?.and_then(|sieve| self.check(sieve)) {
            Ok(sieve) => {
                say!("logscan: feeds reloaded: {}", counted(sieve.len() as u64, "indicator"));
                self.current = Some(sieve.clone());
                Some(sieve)
            }
            Err(error) => {
                say!("logscan: {}; still using the previous feeds", Escaped::new(&error.to_string()));
                None
            }
        }
    }
}
