# Counts the lines of each room that tests ran, from a report in the format of lcov, and names those that no test ran. Ends with 1 if
# there are fewer than `least` percent of any room. `rooms` are folders, separated by blanks. Modules of tests at the ends of files are
# left out.
BEGIN { count = split(rooms, names, " ") }

function room_of(path, i) {
    for (i = 1; i <= count; i++)
        if (index(path, names[i] "/") == 1) return names[i]
    return ""
}

# The number of the line at which the tests of a file begin.
function first_test(path, line, number, last) {
    number = 0
    while ((getline line < path) > 0) {
        number++
        if (last == "#[cfg(test)]" && line ~ /^mod [a-z_]+ \{/) break
        last = line
    }
    close(path)
    return line ~ /^mod [a-z_]+ \{/ ? number - 1 : number + 1
}

# Adds a line to those that no test ran: lines in a row are named by the first and the last.
function miss(line) {
    if (path != file) missed[room] = missed[room] "\n    " path ":"
    else if (line == last_missed + 1) {
        sub(/(-[0-9]+)?$/, "-" line, missed[room])
        last_missed = line
        return
    }
    missed[room] = missed[room] " " line
    file = path
    last_missed = line
}

/^SF:/ {
    path = substr($0, 4)
    sub(/^.*\/src\//, "src/", path)
    room = path ~ /\/tests(\.rs$|\/)/ ? "" : room_of(path)
    if (room != "") end = first_test(path)
}

/^DA:/ && room != "" {
    split(substr($0, 4), part, ",")
    if (part[1] >= end) next
    lines[room]++
    if (part[2] > 0) ran[room]++
    else miss(part[1])
}

END {
    for (i = 1; i <= count; i++) {
        room = names[i]
        percent = lines[room] ? 100 * ran[room] / lines[room] : 0
        printf "%-20s %5d of %5d lines, %.1f %%\n", room, ran[room], lines[room], percent
        if (missed[room] != "") print "  not run:" missed[room]
        if (percent < least) failed = 1
    }
    exit failed
}
