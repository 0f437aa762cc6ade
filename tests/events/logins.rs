//! Made-up messages about logins that name a user without a label, and near misses: other words where a user could stand.

use super::Sample;
use super::rules::line;

/// A message of a user from an address.
const fn user(text: &'static str) -> Sample {
    line("text", text, &["user.name=eve", "source.ip=192.0.2.7"])
}

/// A message from an address without a user.
const fn nobody(text: &'static str) -> Sample {
    line("text", text, &["user.name", "source.ip=192.0.2.7"])
}

pub(super) const SAMPLES: &[Sample] = &[
    // The user before the verb.
    user("eve logged in from 192.0.2.7"),
    user("eve has logged on to the console from 192.0.2.7"),
    user("eve is now logged in, client 192.0.2.7"),
    user("Admin eve logged out (192.0.2.7)"),
    user("web: eve was signed out at 192.0.2.7"),
    user("[audit] 'eve' signed in from 192.0.2.7"),
    user("2026-05-12 10:02:03 eve logged in (192.0.2.7)"),
    user("2026-05-12T10:02:03Z WARN eve failed to authenticate: wrong key from 192.0.2.7"),
    user("eve authenticated successfully from 192.0.2.7"),
    line(
        "text",
        "May 12 10:02:03 gw app: eve@corp.example signed in from 192.0.2.7",
        &["user.name=eve", "user.email=eve@corp.example", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        r"May 12 10:02:03 gw app: CORP\eve logged off from 192.0.2.7",
        &["user.name=eve", "user.domain=CORP", "source.ip=192.0.2.7"],
    ),
    nobody("Nobody logged in from 192.0.2.7"),
    nobody("2 users logged in from 192.0.2.7"),
    nobody("Error logged in file 7 by 192.0.2.7"),
    nobody("The update signed in time came from 192.0.2.7"),
    nobody("successfully logged in from 192.0.2.7"),
    nobody("eve logged a call from 192.0.2.7"),
    nobody("eve failed to start, 192.0.2.7"),
    nobody("the old eve logged in from 192.0.2.7"),
    nobody("STA 00:00:5e:00:53:01 authenticated using PSK at 192.0.2.7"),
    nobody("eve signed up at 192.0.2.7"),
    // The user after a word that links it to the login.
    user("Login attempt by eve from 192.0.2.7 failed"),
    user("login by eve via https, 192.0.2.7"),
    user("Login succeeded for eve (192.0.2.7)"),
    user("Login failed for eve (client 192.0.2.7)"),
    user("Authentication failure for eve at 192.0.2.7"),
    user("authentication of 'eve' with EAP successful, 192.0.2.7"),
    user("Logged in as eve from 192.0.2.7"),
    user("FTP LOGIN FROM 192.0.2.7 as eve"),
    user("Bad credentials for eve, 192.0.2.7"),
    user("Invalid login as eve from 192.0.2.7"),
    nobody("login by password from 192.0.2.7"),
    nobody("logged in as expected from 192.0.2.7"),
    nobody("Signed by eve from 192.0.2.7"),
    nobody("All of it was logged by eve on 192.0.2.7"),
    nobody("login page for eve on 192.0.2.7 requested"),
    nobody("authentication for realm corp at 192.0.2.7"),
    nobody("Login for 192.0.2.7 refused"),
    nobody("Authentication failed for host pc1 from 192.0.2.7"),
    // The user after the outcome.
    user("Login failed: eve from 192.0.2.7"),
    user("Login failed: 'eve' (remote 192.0.2.7)"),
    user("Authentication failure: eve (192.0.2.7)"),
    nobody("Login failed: timeout after 7 s, 192.0.2.7"),
    nobody("Login failed: password from 192.0.2.7 is wrong"),
    nobody("Update failed: eve from 192.0.2.7"),
];
