//! Access logs of load balancers: AWS ELB and ALB, HAProxy, and Envoy.

use super::access::read_request;
use crate::event::sheet::{Part, Sheet, Words};
use crate::event::value;

/// Reads an entry of ELB (`time elb client:port backend:port …`) or ALB (`type time elb client:port target:port …`).
pub(super) fn read_elb(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let line = part.line;
    let mut words = Words::new(part);
    let Some(mut at) = words.next() else { return false };
    let is_alb = matches!(&line[at.clone()], b"http" | b"https" | b"h2" | b"grpcs" | b"ws" | b"wss");
    if is_alb {
        let Some(next) = words.next() else { return false };
        at = next;
    }
    if !line[at.clone()].ends_with(b"Z") {
        return false;
    }
    let (Some(name), Some(client), Some(target)) = (words.next(), words.next(), words.next()) else { return false };
    // `2026-05-12T10:02:03Z [INFO] 192.0.2.7:5555 - …` is another program's log.
    if line[name.start] == b'[' {
        return false;
    }
    let has_port =
        |span: &std::ops::Range<usize>| value::address(&line[span.clone()]).is_some_and(|(_, port)| port.is_some());
    if !has_port(&client) || !(has_port(&target) || &line[target.clone()] == b"-") {
        return false;
    }
    if !sheet.is_stamp(Part { start: at.start, end: at.end, ..part }) {
        return false;
    }
    let mark = sheet.mark();
    sheet.known("time", at);
    sheet.known("elb", name);
    sheet.known("client", client);
    sheet.known("target_ip", target);
    let times = ["request_processing_time", "target_processing_time", "response_processing_time"];
    let rest = ["elb_status_code", "target_status_code", "received_bytes", "sent_bytes"];
    for name in times.into_iter().chain(rest) {
        let Some(span) = words.next() else {
            sheet.back_to(mark);
            return false;
        };
        sheet.known(name, span);
    }
    words.skip_spaces();
    if let Some(span) = words.quoted() {
        read_request(line, span, sheet);
    }
    if let Some(span) = words.quoted() {
        sheet.known("user_agent", span);
    }
    if is_alb {
        for name in ["ssl_cipher", "ssl_protocol", "target_group_arn", "trace_id", "domain_name_sni", "chosen_cert_arn"]
        {
            let Some(span) = words.quoted() else { break };
            sheet.known(if name == "domain_name_sni" { "sni" } else { name }, span);
        }
    }
    true
}

/// Reads an HTTP or TCP log of HAProxy, without its syslog prefix: `192.0.2.7:5555 [12/May/2026:10:02:03.123] front back/server …`.
pub(super) fn read_haproxy(part: Part<'_>, sheet: &mut Sheet) -> bool {
    if sheet.lacks(b'[') {
        return false;
    }
    let line = part.line;
    let mut words = Words::new(part);
    let Some(client) = words.next() else { return false };
    if !words.rest().starts_with(b" [") || value::address(&line[client.clone()]).is_none_or(|(_, port)| port.is_none())
    {
        return false;
    }
    let Some(at) = words.quoted() else { return false };
    if !sheet.is_stamp(Part { start: at.start, end: at.end, ..part }) {
        return false;
    }
    let (Some(front), Some(back)) = (words.next(), words.next()) else { return false };
    if memchr::memchr(b'/', &line[back.clone()]).is_none() {
        return false;
    }
    sheet.known("client", client);
    sheet.known("time", at);
    sheet.known("frontend", front);
    sheet.known("backend", back);
    let _timers = words.next();
    if let Some(status) = words.next() {
        sheet.known("status", status);
    }
    if let Some(open) = memchr::memchr(b'"', words.rest()) {
        words.set(words.at() + open);
        if let Some(span) = words.quoted() {
            read_request(line, span, sheet);
        }
    }
    true
}

/// Reads an entry of Envoy: `[time] "request" status flags …`, which may have a word before it. The last five columns in quotes are the
/// forwarded address, agent, id, host and upstream. Istio writes the addresses of both connections after them.
pub(super) fn read_envoy(part: Part<'_>, sheet: &mut Sheet) -> bool {
    if sheet.lacks(b'[') || sheet.lacks(b'"') {
        return false;
    }
    let line = part.line;
    let mut words = Words::new(part);
    if words.rest().first().is_some_and(u8::is_ascii_uppercase) {
        words.next();
        words.skip_spaces();
    }
    if words.rest().first() != Some(&b'[') {
        return false;
    }
    let Some(at) = words.quoted() else { return false };
    if !words.rest().starts_with(b" \"") || !sheet.is_stamp(Part { start: at.start, end: at.end, ..part }) {
        return false;
    }
    let (Some(request), Some(status), Some(flags)) = (words.quoted(), words.next(), words.next()) else { return false };
    let is_flag = |byte: &u8| byte.is_ascii_uppercase() || matches!(*byte, b',' | b'-');
    if value::number(&line[status.clone()]).is_none_or(|status| status > 599) || !line[flags].iter().all(is_flag) {
        return false;
    }
    let mut quoted = [const { 0..0 }; 5];
    let mut count = 0;
    while let Some(open) = memchr::memchr(b'"', words.rest()) {
        words.set(words.at() + open);
        let Some(span) = words.quoted() else { return false };
        quoted.rotate_left(1);
        quoted[4] = span;
        count += 1;
    }
    if !(5..=6).contains(&count) {
        return false;
    }
    sheet.known("time", at);
    read_request(line, request, sheet);
    sheet.known("status", status);
    for (name, span) in
        ["x_forwarded_for", "user_agent", "request_id", "authority", "upstream_addr"].into_iter().zip(quoted)
    {
        if &line[span.clone()] != b"-" {
            sheet.known(name, span);
        }
    }
    let names = ["upstream_cluster", "upstream_local", "downstream_local", "client", "sni"];
    for (name, span) in names.into_iter().zip(words) {
        if &line[span.clone()] != b"-" {
            sheet.known(name, span);
        }
    }
    true
}
