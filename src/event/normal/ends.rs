//! The two ends of a connection: which of them is the source, and whose port a plain `port` is.

use super::{Candidate, Context, Held, NONE, Normal, VAGUE};
use crate::event::ecs::EcsName;
use crate::event::sheet::{Label, Sheet};
use crate::event::value;

/// From this port on, Linux and Windows give ports to clients.
const EPHEMERAL: u32 = 32_768;

/// From this port on, a port may be that of a client on other systems.
const EPHEMERAL_FROM: u32 = 10_240;

impl Normal {
    /// Decides which end of a connection is the source: this end if both are named, or else the one that is.
    pub(super) fn sides(&mut self, sheet: &Sheet, context: &Context<'_>) {
        use EcsName::*;
        let [local, local_port] = self.local;
        let [remote, remote_port] = self.remote;
        if [local, local_port, remote, remote_port].iter().all(|end| end.score == u16::MAX) {
            return;
        }
        let port = |end: Candidate| {
            let field = (end.score < u16::MAX).then(|| &sheet.fields[end.field as usize])?;
            value::number(context.value(field))
        };
        let beside = |end: Candidate| {
            let field = (end.score < u16::MAX).then(|| &sheet.fields[end.field as usize])?;
            value::address(context.value(field))?.1.map(u32::from)
        };
        let ports = (port(local_port).or_else(|| beside(local)), port(remote_port).or_else(|| beside(remote)));
        let is_inbound = self.is_inbound || !self.has_direction && is_server_first(ports);
        // A certain name says who opened the connection, so this end is the other one.
        let source = self.best[SourceIp as usize].score;
        let is_only_port = local.score == u16::MAX && source < u16::MAX;
        let has_source = is_only_port || source.saturating_add(VAGUE) < local.score.min(local_port.score);
        let mut put = |name: EcsName, candidate: Candidate| {
            let best = &mut self.best[name as usize];
            // Names that say who sent are more certain. Names that say which end logged are less so.
            if candidate.score < u16::MAX && (best.score == u16::MAX || candidate.score + VAGUE < best.score) {
                *best = candidate;
                self.held[name as usize] = Held::Nothing;
                self.named |= 1 << name as u64;
            }
        };
        if local.score < u16::MAX && remote.score < u16::MAX {
            let (own, other) = ([local, local_port], [remote, remote_port]);
            let (source, destination) = if is_inbound { (other, own) } else { (own, other) };
            put(SourceIp, source[0]);
            put(SourcePort, source[1]);
            put(DestinationIp, destination[0]);
            put(DestinationPort, destination[1]);
        } else if remote.score < u16::MAX {
            put(SourceIp, remote);
            put(SourcePort, remote_port);
            put(DestinationPort, local_port);
        } else if has_source {
            put(DestinationIp, local);
            put(DestinationPort, local_port);
        } else {
            put(SourceIp, local);
            put(SourcePort, local_port);
        }
    }

    /// Gives a plain `port` to the source if it stands right after the source's address, and nothing else is known of the destination:
    /// `host=192.0.2.7 port=40000`.
    pub(super) fn port_after_source(&mut self, sheet: &Sheet, context: &Context<'_>) {
        use EcsName::*;
        let (port, source) = (self.best[DestinationPort as usize], self.best[SourceIp as usize]);
        let is_alone =
            self.best[SourcePort as usize].score == u16::MAX && self.best[DestinationIp as usize].score == u16::MAX;
        if !is_alone || port.score == u16::MAX || source.score == u16::MAX {
            return;
        }
        let (port, source) = (&sheet.fields[port.field as usize], &sheet.fields[source.field as usize]);
        // `ip=[192.0.2.7], port=[40000]`
        let is_gap = |end: u32, start: u32| {
            context.line[end.min(start) as usize..start as usize].iter().all(|byte| b"\"']), ;|\t".contains(byte))
        };
        let is_next = matches!(port.label, Label::Line(start, _)
            if (source.start + 1..=source.end + 3).contains(&start) && is_gap(source.end, start));
        if is_next && context.name(port.label).eq_ignore_ascii_case(b"port") {
            self.held[SourcePort as usize] = std::mem::take(&mut self.held[DestinationPort as usize]);
            self.best[SourcePort as usize] = std::mem::replace(&mut self.best[DestinationPort as usize], NONE);
        }
    }
}

/// Returns true if the ports of this end and of the other say that the other one is the client: `22` and `51022`.
fn is_server_first(ports: (Option<u32>, Option<u32>)) -> bool {
    matches!(ports, (Some(1..EPHEMERAL_FROM), Some(EPHEMERAL..=0xffff)))
}
