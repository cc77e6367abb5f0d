package configs

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"tollgate/engine"
)

//go:embed instruments.yaml
var builtinText []byte

// Table says what is true of every root: the built-in one, changed by the
// configuration and the command line. Reading from several goroutines is safe as
// long as nobody changes it.
type Table struct {
	specs map[string]engine.Spec
}

// builtin is the embedded file, decoded once.
var builtin = sync.OnceValues(func() (map[string]engine.Spec, map[string]*engine.Calendar) {
	d := newDecoder("instruments.yaml")
	d.config.Instruments = &Table{specs: map[string]engine.Spec{}}
	d.sessions = map[string]*engine.Calendar{}
	d.object(d.parse(builtinText),
		entry{"sessions", true, func(n *node) {
			d.each(n, func(f *field) { d.sessions[f.key] = d.calendar(f.value) })
		}},
		entry{"instruments", true, d.instruments},
	)
	if len(d.problems) > 0 {
		// The file is part of the program: this is a defect in it, found by any test.
		panic(d.problems.Error())
	}
	return d.config.Instruments.specs, d.sessions
})

// Builtin returns a new copy of the built-in table.
func Builtin() *Table {
	specs, _ := builtin()
	return &Table{specs: maps.Clone(specs)}
}

// builtinSessions are the session templates by name.
func builtinSessions() map[string]*engine.Calendar {
	_, sessions := builtin()
	return sessions
}

// Roots lists the roots in alphabetical order.
func (t *Table) Roots() []string { return slices.Sorted(maps.Keys(t.specs)) }

// Spec looks a root up, in upper case.
func (t *Table) Spec(root string) (engine.Spec, bool) {
	s, ok := t.specs[root]
	return s, ok
}

// Override changes what the table says of a root, or adds the root: change gets
// the present Spec, or one with nothing but the Root. A result that is impossible
// is an error and leaves the table as it was. Case and surrounding spaces of root
// do not matter.
func (t *Table) Override(root string, change func(*engine.Spec)) error {
	root = strings.ToUpper(strings.TrimSpace(root))
	if why := badRoot(root); why != "" {
		return fmt.Errorf("instrument %s: the name %s", echo(root), why)
	}
	s := t.specs[root]
	s.Root = root
	change(&s)
	s.Root = root
	if why := badSpec(s); why != "" {
		return fmt.Errorf("instrument %s: %s", root, strings.TrimPrefix(why, "instrument "+root+": "))
	}
	t.specs[root] = s
	return nil
}

// AddSpec applies the text of a --spec flag (see ParseSpec). Of a root the table
// has it changes tick and point value and nothing else; a new one is always open,
// does not expire and has no fee.
func (t *Table) AddSpec(text string) error {
	add, err := ParseSpec(text)
	if err != nil {
		return err
	}
	return t.Override(add.Root, func(s *engine.Spec) { s.Tick, s.PointValue = add.Tick, add.PointValue })
}

// Resolve finds the canonical key ("ES 12-26", or the root of what does not
// expire) and the facts of an instrument by its name in any form (see
// engine.ParseName). at is the time from which the front month and one-digit years
// are counted; a name that needs it fails when it is engine.NoTime. An unknown
// root is an *engine.UnknownInstrument, which names the --spec flag.
func (t *Table) Resolve(name string, at engine.Time) (key string, spec engine.Spec, err error) {
	n, err := engine.ParseName(name, t.Spec)
	if err != nil {
		return "", engine.Spec{}, err
	}
	spec = t.specs[n.Root]
	key, err = n.Key(spec, at)
	if err != nil {
		return "", engine.Spec{}, err
	}
	return key, spec, nil
}

// session is a calendar by the name of its template, or written out; "always" is
// the market that never closes.
func (d *decoder) session(n *node) (*engine.Calendar, bool) {
	if n.kind == dict {
		c := d.calendar(n)
		return c, c != nil
	}
	name, ok := d.text(n)
	if !ok {
		return nil, false
	}
	if name == "always" {
		return nil, true
	}
	c, ok := d.sessions[name]
	if !ok {
		names := slices.Sorted(maps.Keys(d.sessions))
		d.fail(n, "%s is not a session: use always, %s, or {zone, open, close, days}", echo(name), strings.Join(names, ", "))
	}
	return c, ok
}

// instruments reads the section of the same name, which adds to the table.
func (d *decoder) instruments(n *node) {
	d.each(n, func(f *field) {
		root := strings.ToUpper(strings.TrimSpace(f.key))
		if why := badRoot(root); why != "" {
			d.fail(f.at(), "the name %s", why)
			return
		}
		if d.described[root] {
			d.fail(f.at(), "%s is described twice", root)
			return
		}
		d.described[root] = true
		d.instrument(root, f)
	})
}

// instrument reads one root. A root the table has keeps what is not given.
func (d *decoder) instrument(root string, f *field) {
	before := len(d.problems)
	s, known := d.config.Instruments.specs[root]
	exact := func(err error, n *node) {
		if err != nil {
			d.fail(n, "%v", err)
		}
	}
	d.object(f.value,
		entry{"tick", !known, func(n *node) {
			if text, ok := d.text(n); ok {
				v, err := parseTick(text)
				s.Tick = v
				exact(err, n)
			}
		}},
		entry{"point_value", !known, func(n *node) {
			if text, ok := d.text(n); ok {
				v, err := parsePoint(text)
				s.PointValue = v
				exact(err, n)
			}
		}},
		entry{"fee", false, func(n *node) {
			s.Fee, _ = d.money(n, true)
			d.feeGiven[root] = true
		}},
		entry{"months", false, func(n *node) { s.Months = d.months(n) }},
		entry{"roll_days", false, func(n *node) {
			v, _ := d.integer(n, minRollDays, maxRollDays, "days")
			s.RollDays = int(v)
		}},
		entry{"session", false, func(n *node) { s.Calendar, _ = d.session(n) }},
	)
	if len(d.problems) > before {
		return
	}
	if err := d.config.Instruments.Override(root, func(to *engine.Spec) { *to = s }); err != nil {
		d.fail(f.at(), "%v", err)
	}
}

// months reads the letters of a cycle; "none" is a thing that does not expire.
func (d *decoder) months(n *node) string {
	s, ok := d.text(n)
	if !ok || s == "none" {
		return ""
	}
	s = strings.ToUpper(s)
	for i, c := range s {
		if !strings.ContainsRune(engine.MonthCodes, c) || strings.ContainsRune(s[:i], c) {
			d.fail(n, "%s: each is one of the letters %s, once, or none for what does not expire", echo(s), engine.MonthCodes)
			return ""
		}
	}
	return s
}
