//! `logscan scan --follow`: logs that grow, are rotated, shortened, and appear later.
//!
//! A log is known by device and inode, and its path is only where it is found: renaming it does not lose the place that was
//! reached, and what is newly made under its old name is another log. A log that no path leads to any more is kept open until
//! nothing was written to it for a while.
//!
//! A log that was shortened, or overwritten, is told by what was read last, which stands there no more. It begins anew, and
//! what its writer had added before that is looked for in its copies (`copytruncate`). What cannot be known is said.
//!
//! Files are looked at in intervals: that is the same everywhere, on network file systems too.

use std::error::Error;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use netsieve::render::Escaped;
use netsieve::{Scanner, Sieve};

use crate::cli::ScanArgs;
use crate::output::{Output, Style};
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
    let mut follower = Follower::new(args)?;
    let mut pipe = follower.has_pipe().then(Pipe::start).transpose()?;
    let mut sieves = Sieves::new(args)?;
    let options = scan_options(args)?;
    let mut scanner = Scanner::with_options(&sieves.load()?, &options);
    let style = Style::new(args);
    let mut output = Output::new(args, &style, true, None)?;
    // For whoever sits before it and wonders whether anything happens.
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

/// The feeds, loaded anew when they change.
pub(crate) struct Sieves<'a> {
    args: &'a ScanArgs,
    /// When they were looked at last.
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

    /// A set that is compiled has been checked; of what is new since an older one little may be left.
    fn check(&self, new: Sieve) -> Result<Sieve, Box<dyn Error>> {
        if let Some(old) = self.current.as_ref().filter(|_| self.args.set.sieve.is_none() && self.args.since.is_none())
        {
            feeds::check_shrunk(&self.args.set.feeds, old, &new)?;
        }
        Ok(new)
    }

    /// As [`changed`](Self::changed), unless that was asked a shorter while ago.
    pub(crate) fn changed_after(&mut self, interval: Duration) -> Option<Sieve> {
        if self.looked.elapsed() < interval {
            return None;
        }
        self.looked = Instant::now();
        self.changed()
    }

    /// The feeds as they are now, if that is not what they were; says so, or why they stay.
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
