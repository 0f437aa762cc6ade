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
use netsieve::{Scanner, Sieve};

use crate::cli::ScanArgs;
use crate::output::{Output, Style};
use crate::own::Own;
use crate::scan::scan_options;
use crate::summary::counted;
use crate::{Outcome, feeds, signal};

mod descriptors;
mod file;
mod hits;
mod logs;
mod pipe;
mod reload;
mod siblings;

use logs::Follower;
pub(crate) use pipe::{NAME, Next, Pipe};
use reload::Reload;

pub(crate) fn run(args: &ScanArgs) -> Result<Outcome, Box<dyn Error>> {
    Own::check(args)?;
    let mut follower = Follower::new(args)?;
    let mut pipe = follower.has_pipe().then(Pipe::start).transpose()?;
    let mut sieves = Sieves::new(args)?;
    let options = scan_options(args)?;
    let mut scanner = Scanner::with_options(&sieves.load()?, &options);
    let style = Style::new(args);
    let mut output = Output::new(args, &style, true, None)?;
    // Shows a user at a terminal that the program is working.
    if io::stderr().is_terminal() && !args.quiet {
        let feeds = counted(sieves.current.as_ref().map_or(0, Sieve::len) as u64, "indicator");
        say!("logscan: watching {} for {feeds}; Ctrl-C ends", follower.watched());
    }
    loop {
        follower.round(&mut scanner, &style, &mut output)?;
        if output.is_done() {
            return Ok(Outcome::Found);
        }
        let until = Instant::now() + args.follow.interval;
        while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            let Some(open) = &mut pipe else {
                std::thread::sleep(left);
                continue;
            };
            match open.next(left)? {
                Next::Nothing => {}
                Next::Bytes(bytes) => open.scan(&bytes, &mut scanner, &style, &mut output)?,
                Next::End => {
                    open.finish(&mut scanner, &style, &mut output)?;
                    pipe = None;
                    if follower.is_empty() {
                        return Ok(if output.pairs > 0 { Outcome::Found } else { Outcome::Nothing });
                    }
                }
            }
            if output.is_done() {
                return Ok(Outcome::Found);
            }
        }
        if signal::came() {
            return Ok(Outcome::Nothing);
        }
        if let Some(sieve) = sieves.changed() {
            scanner = Scanner::with_options(&sieve, &options);
        }
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
                say!("logscan: feeds loaded anew: {}", counted(sieve.len() as u64, "indicator"));
                self.current = Some(sieve.clone());
                Some(sieve)
            }
            Err(error) => {
                say!("logscan: {}; going on with the feeds as they were", Escaped::new(&error.to_string()));
                None
            }
        }
    }
}
