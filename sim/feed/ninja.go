package feed

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"tollgate/engine"
)

// looksNinja tells a NinjaTrader export from its first bytes: "20240102 093000".
func looksNinja(b []byte) bool {
	return len(b) >= 15 && digits(b[:8]) && b[8] == ' ' && digits(b[9:15])
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// ninjaSource reads NinjaTrader 8 text exports: ticks
//
//	yyyyMMdd HHmmss fffffff;last;bid;ask;volume
//
// and bars, of whatever length, stamped with their end
//
//	yyyyMMdd HHmmss;open;high;low;close;volume
//
// All rows of a file are of one kind, that of the first.
type ninjaSource struct {
	base
	lines *lines
	in    *instrument
	local local
	bars  bool
	first bool // no row was read yet
	field [6][]byte
}

var (
	ninjaTick = []string{"time", "last", "bid", "ask", "volume"}
	ninjaBar  = []string{"time", "open", "high", "low", "close", "volume"}
)

func newNinja(r io.Reader, file string, o Options) (Source, error) {
	b, err := newBase(file, "line", o)
	if err != nil {
		return nil, err
	}
	if o.Name == "" {
		return nil, fmt.Errorf("%s: a NinjaTrader export does not name its instrument: say which it is with --name, as in --name 'ES 12-26'", file)
	}
	if o.Zone == nil {
		return nil, fmt.Errorf("%s: a NinjaTrader export has local times: say in which time zone with --zone, as in --zone America/Chicago", file)
	}
	n := &ninjaSource{base: b, lines: newLines(r), local: local{zone: o.Zone, day: noDay}, first: true}
	if n.in, err = n.find([]byte(o.Name), nil); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return n, nil
}

// Next implements Source.
func (n *ninjaSource) Next(q *engine.Quote) error {
	if n.err != nil {
		return n.err
	}
	if n.in.drop {
		return n.end(io.EOF)
	}
	for {
		line, err := n.lines.next()
		if err != nil && err != errLongLine {
			if err == io.EOF {
				return n.end(err)
			}
			return n.torn(n.lines.offset, err)
		}
		if err == nil && len(line) == 0 {
			continue
		}
		n.tally.Rows++
		p, bad := before, (*RowError)(nil)
		if err != nil {
			bad = n.rowError(n.lines.n, "", valueError("more than %d bytes", maxLine))
		} else {
			p, bad = n.row(line, q)
		}
		if bad != nil {
			if err := n.bad(bad); err != nil {
				return err
			}
			continue
		}
		if p == inside {
			return nil
		}
		if p == beyond {
			return n.end(io.EOF)
		}
	}
}

// row reads one line.
func (n *ninjaSource) row(line []byte, q *engine.Quote) (place, *RowError) {
	row := n.lines.n
	count := n.split(line)
	if n.first {
		n.bars, n.first = count == len(ninjaBar), false
	}
	names := ninjaTick
	if n.bars {
		names = ninjaBar
	}
	if count != len(names) {
		return before, n.rowError(row, "", valueError("%d fields, want %d", count, len(names)))
	}
	at, err := n.time(n.field[0])
	if err != nil {
		return before, n.rowError(row, names[0], err)
	}
	*q = engine.Quote{
		At: at, Instrument: n.in.ID, Kind: engine.TradePrint, Bid: engine.NoPrice, Ask: engine.NoPrice,
		BidSize: engine.UnknownQty, AskSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
	col, err := n.values(q)
	if err != nil {
		return before, n.rowError(row, names[col], err)
	}
	if bad := n.order(at, row, names[0]); bad != nil {
		return before, bad
	}
	return n.window(at), nil
}

// split cuts a line at its semicolons and returns how many fields it has.
func (n *ninjaSource) split(line []byte) int {
	for i := range n.field {
		field, rest, more := bytes.Cut(line, []byte{';'})
		n.field[i] = field
		if !more {
			return i + 1
		}
		line = rest
	}
	return len(n.field) + 1
}

// values reads prices and volume; the column is that of the error.
func (n *ninjaSource) values(q *engine.Quote) (col int, err error) {
	var p [4]engine.Price
	prices := 3
	if n.bars {
		prices = 4
	}
	for i := range prices {
		if p[i], err = parsePrice(n.field[i+1], n.in); err != nil {
			return i + 1, err
		}
	}
	q.LastSize, err = parseQty(n.field[prices+1])
	if err != nil {
		return prices + 1, err
	}
	if n.bars {
		q.Last = p[3]
		return n.checkBar(p)
	}
	q.Last, q.Bid, q.Ask = p[0], p[1], p[2]
	if q.Last == engine.NoPrice {
		return 1, valueError("a trade without a price")
	}
	return 0, nil
}

// checkBar refuses bars that cannot be.
func (n *ninjaSource) checkBar(p [4]engine.Price) (int, error) {
	for i := range p {
		if p[i] == engine.NoPrice {
			return i + 1, valueError("a bar without this price")
		}
		if p[i] > p[1] {
			return 2, valueError("the high is below the %s", ninjaBar[i+1])
		}
		if p[i] < p[2] {
			return 3, valueError("the low is above the %s", ninjaBar[i+1])
		}
	}
	return 0, nil
}

// time reads "yyyyMMdd HHmmss" or, for ticks, "yyyyMMdd HHmmss fffffff".
func (n *ninjaSource) time(s []byte) (engine.Time, error) {
	want := 23
	if n.bars {
		want = 15
	}
	if len(s) != want || !looksNinja(s) || want == 23 && (s[15] != ' ' || !digits(s[16:])) {
		return 0, valueError("%q is no time of the form %s", s, "yyyyMMdd HHmmss fffffff"[:want])
	}
	num := func(lo, hi int) (v int) {
		for _, c := range s[lo:hi] {
			v = v*10 + int(c-'0')
		}
		return v
	}
	sec, ok := civil(num(0, 4), num(4, 6), num(6, 8), num(9, 11), num(11, 13), num(13, 15))
	if !ok {
		return 0, valueError("%q is no time of any day", s)
	}
	nanos := 0
	if !n.bars {
		nanos = num(16, 23) * 100
	}
	return n.local.utc(sec, nanos, n.last)
}

// civil is the number of seconds from 1970 to a wall clock reading, as if the
// clock showed UTC.
func civil(year, month, day, hour, minute, sec int) (int64, bool) {
	if month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || sec > 59 || year < 1970 || year > 2200 {
		return 0, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, sec, 0, time.UTC)
	return t.Unix(), t.Day() == day
}

const (
	secondsPerDay = 86400
	noDay         = -1 << 62
)

// local turns wall clock readings into instants.
type local struct {
	zone *time.Location
	day  int64 // that the offsets were looked up for
	was  int64 // offset of the zone in seconds, a day before the day
	is   int64 // and a day after it
}

// utc is the instant of a wall clock reading. A reading that the clock showed
// twice, when it was set back, is the earlier instant unless that is before last;
// one that it skipped is an error.
//
// A zone changes its offset at most once in the three days around a reading, so
// the offset is one of those at the ends.
func (l *local) utc(sec int64, nanos int, last engine.Time) (engine.Time, error) {
	if day := sec / secondsPerDay; day != l.day {
		l.day = day
		l.was = l.offset((day - 1) * secondsPerDay)
		l.is = l.offset((day + 2) * secondsPerDay)
	}
	at := func(offset int64) engine.Time { return engine.Time((sec-offset)*1e9 + int64(nanos)) }
	if l.was == l.is {
		return at(l.was), nil
	}
	was, is := l.offset(sec-l.was) == l.was, l.offset(sec-l.is) == l.is
	switch {
	case was && is:
		early, late := min(at(l.was), at(l.is)), max(at(l.was), at(l.is))
		if early < last {
			return late, nil
		}
		return early, nil
	case was:
		return at(l.was), nil
	case is:
		return at(l.is), nil
	}
	return 0, valueError("the clocks of %s skipped this time", l.zone)
}

func (l *local) offset(unix int64) int64 {
	_, off := time.Unix(unix, 0).In(l.zone).Zone()
	return int64(off)
}
