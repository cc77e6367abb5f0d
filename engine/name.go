package engine

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// MonthCodes are the delivery month letters, January to December.
const MonthCodes = "FGHJKMNQUVXZ"

const (
	maxNameLen = 64
	// Two-digit years mean pivotYear to pivotYear+99: Time begins in 1970, and no
	// listed contract is further away than a few decades.
	pivotYear = 1970
)

var monthNames = [12]string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}

// ErrBadName marks text that cannot be the name of an instrument in any form, and
// names that cannot be resolved to one contract.
var ErrBadName = errors.New("not the name of an instrument")

// UnknownInstrument is the error for a well-formed name whose root nobody described.
type UnknownInstrument struct {
	Name string // as it was written
	Root string // what would have to be described
	Code bool   // the name was read as root, month letter and year, which may be wrong
}

// Error says how to describe the instrument.
func (e *UnknownInstrument) Error() string {
	text := fmt.Sprintf("unknown instrument %q: describe it with --spec %s=TICK,POINTVALUE (or under instruments: in the configuration)", e.Name, e.Root)
	if e.Code {
		whole, _ := foldName(e.Name)
		text += fmt.Sprintf("; if %s is not a contract of %s but a whole name, describe %s", whole, e.Root, whole)
	}
	return text
}

// Form is the way an instrument's name is written.
type Form uint8

// The forms, each with its example. They are those the broker accepts.
const (
	FormRoot       Form = iota // "ES": the front month, or a thing that does not expire ("AIG")
	FormDated                  // "ES 12-26": month and two-digit year; the canonical key
	FormDisplay                // "ES DEC26"
	FormContinuous             // "ES1!": the front month
	FormCode                   // "ESZ26": month letter and two-digit year
	FormShort                  // "ESZ6": month letter and the last digit of the year
)

// Name is an instrument's name taken apart. A Name with FormRoot or
// FormContinuous has no month; its contract depends on the time it is asked for.
type Name struct {
	Root  string // as the table spells it, upper case
	Month int    // 1 to 12; 0 = none given
	Year  int    // four digits; the last digit only in FormShort; 0 when Month is 0
	Form  Form
}

// Dated reports whether the name says which contract is meant without a time to
// count from.
func (n Name) Dated() bool {
	return n.Form == FormDated || n.Form == FormDisplay || n.Form == FormCode
}

// ParseName takes a name apart. Case and surrounding or repeated spaces do not
// matter. known looks a root up, in upper case: a whole name that it knows is that
// root ("BH6" can be a stock), before it is tried as root, month and year.
//
// Two-digit years are 1970 to 2069. The errors are *UnknownInstrument and, for
// what fits no form, ErrBadName.
func ParseName(s string, known func(root string) (Spec, bool)) (Name, error) {
	text, err := foldName(s)
	if err != nil {
		return Name{}, err
	}
	if _, ok := known(text); ok {
		return Name{Root: text, Form: FormRoot}, nil
	}
	n, err := splitName(text)
	if err != nil {
		return Name{}, err
	}
	spec, ok := known(n.Root)
	if !ok {
		code := n.Form == FormCode || n.Form == FormShort
		return Name{}, &UnknownInstrument{Name: strings.TrimSpace(s), Root: n.Root, Code: code}
	}
	if n.Form == FormContinuous && spec.Months == "" {
		return Name{}, fmt.Errorf("%w: %q: %s has no cycle of contract months and so no front month", ErrBadName, text, n.Root)
	}
	return n, nil
}

// foldName puts a name in upper case with single spaces. Only printable ASCII is
// a name, so that nothing outside it can fold into a letter.
func foldName(s string) (string, error) {
	if len(s) > maxNameLen {
		return "", fmt.Errorf("%w: longer than %d bytes", ErrBadName, maxNameLen)
	}
	text := strings.Join(strings.Fields(s), " ")
	if text == "" {
		return "", fmt.Errorf("%w: it is empty", ErrBadName)
	}
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return "", fmt.Errorf("%w: %q has characters that no name has", ErrBadName, s)
		}
	}
	return strings.ToUpper(text), nil
}

// splitName finds the form of a name that is not a root by itself. What fits no
// other form is a root nobody knows.
func splitName(text string) (Name, error) {
	if root, rest, ok := strings.Cut(text, " "); ok {
		return splitSpaced(text, root, rest)
	}
	if root, ok := strings.CutSuffix(text, "1!"); ok && root != "" {
		return Name{Root: root, Form: FormContinuous}, nil
	}
	if strings.Contains(text, "!") {
		return Name{}, fmt.Errorf("%w: %q: of the continuous names only ROOT1!, the front month, is supported", ErrBadName, text)
	}
	if n, ok := splitCode(text); ok {
		return n, nil
	}
	return Name{Root: text, Form: FormRoot}, nil
}

// splitSpaced reads "ES 12-26" and "ES DEC26".
func splitSpaced(text, root, rest string) (Name, error) {
	if len(rest) != 5 {
		return Name{}, badDate(text)
	}
	year, ok := digits(rest[3:])
	if !ok {
		return Name{}, badDate(text)
	}
	n := Name{Root: root, Year: fullYear(year), Form: FormDated}
	if rest[2] == '-' {
		n.Month, _ = digits(rest[:2])
	} else {
		n.Month, n.Form = monthOf(rest[:3]), FormDisplay
	}
	if n.Month < 1 || n.Month > 12 {
		return Name{}, badDate(text)
	}
	return n, nil
}

func badDate(text string) error {
	return fmt.Errorf("%w: %q: after the space it takes a month and a year, as in ES 12-26 or ES DEC26", ErrBadName, text)
}

// splitCode reads "ESZ26" and "ESZ6". A name fits at most one of the two: the
// character before the last is a digit in one and a letter in the other.
func splitCode(text string) (Name, bool) {
	for _, form := range []Form{FormCode, FormShort} {
		at := len(text) - 3
		if form == FormShort {
			at = len(text) - 2
		}
		if at < 1 {
			continue
		}
		month := 1 + strings.IndexByte(MonthCodes, text[at])
		year, ok := digits(text[at+1:])
		if month == 0 || !ok {
			continue
		}
		if form == FormCode {
			year = fullYear(year)
		}
		return Name{Root: text[:at], Month: month, Year: year, Form: form}, true
	}
	return Name{}, false
}

func digits(s string) (int, bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func fullYear(yy int) int {
	if yy < pivotYear%100 {
		return yy + 2000
	}
	return yy + 1900
}

func monthOf(name string) int {
	for i, m := range monthNames {
		if m == name {
			return i + 1
		}
	}
	return 0
}

// Key is the canonical name: "ES 12-26" for a contract, the root for a thing that
// does not expire. A root or a continuous name of something that expires is its
// front month at the given time (see Front), and a one-digit year the first year
// with that digit whose contract month has not ended by then, in UTC: no contract
// trades after its month. Both fail with ErrBadName when at is NoTime.
func (n Name) Key(s Spec, at Time) (string, error) {
	month, year := n.Month, n.Year
	switch {
	case n.Dated():
	case n.Form == FormRoot && s.Months == "":
		return n.Root, nil
	case at == NoTime:
		return "", fmt.Errorf("%w: %s names no contract without a time to count from: write month and year, as in %s 12-26", ErrBadName, n, n.Root)
	case n.Form == FormShort:
		year = nearestYear(month, year, at)
	default:
		var ok bool
		if month, year, ok = Front(s, at); !ok {
			return "", fmt.Errorf("%w: %s has no cycle of contract months (%q)", ErrBadName, n.Root, s.Months)
		}
	}
	if year < pivotYear || year >= pivotYear+100 {
		return "", fmt.Errorf("%w: %s: year %d cannot be written with two digits", ErrBadName, n, year)
	}
	return ContractKey(n.Root, month, year), nil
}

// String writes the name in its form.
func (n Name) String() string {
	letter := func() byte { return MonthCodes[(n.Month+11)%12] }
	switch n.Form {
	case FormDated:
		return ContractKey(n.Root, n.Month, n.Year)
	case FormDisplay:
		return fmt.Sprintf("%s %s%02d", n.Root, monthNames[(n.Month+11)%12], n.Year%100)
	case FormContinuous:
		return n.Root + "1!"
	case FormCode:
		return fmt.Sprintf("%s%c%02d", n.Root, letter(), n.Year%100)
	case FormShort:
		return fmt.Sprintf("%s%c%d", n.Root, letter(), n.Year%10)
	}
	return n.Root
}

// ContractKey is the canonical name of a contract, "ES 12-26". Years are 1970 to
// 2069: two digits hold no others.
func ContractKey(root string, month, year int) string {
	return fmt.Sprintf("%s %02d-%02d", root, month, year%100)
}

// nearestYear is the first year that ends with the digit and in which the month
// has not ended at the given time.
func nearestYear(month, digit int, at Time) int {
	now := at.UTC()
	year := now.Year()
	if month < int(now.Month()) {
		year++
	}
	return year + ((digit-year)%10+10)%10
}

// Front is the front month at a time: the first contract of the cycle for which
// the trade date has not reached its roll date, RollDays before the first of the
// contract month. The trade date is that of the spec's Calendar (in a break, of
// the session to come), or the UTC day when it has none. It reports false for a
// spec without contract months.
//
// The rule is an assumption: the broker does not publish by which rule its "ES"
// rolls. What trades live must be named with its month.
func Front(s Spec, at Time) (month, year int, ok bool) {
	// A contract is front while roll date > trade date, that is while the first of
	// its month is later than the trade date plus RollDays.
	ref := tradeDay(s.Calendar, at).AddDate(0, 0, s.RollDays)
	y, m := ref.Year(), int(ref.Month())
	for range 12 {
		if m++; m > 12 {
			y, m = y+1, 1
		}
		if strings.IndexByte(s.Months, MonthCodes[m-1]) >= 0 {
			return m, y, true
		}
	}
	return 0, 0, false
}

// tradeDay is midnight UTC of the trade date.
func tradeDay(c *Calendar, at Time) time.Time {
	if c != nil {
		if d := c.At(at).Date; d != 0 {
			return time.Date(d/10000, time.Month(d/100%100), d%100, 0, 0, 0, 0, time.UTC)
		}
	}
	return at.UTC().Truncate(24 * time.Hour)
}
