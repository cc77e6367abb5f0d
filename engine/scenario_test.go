package engine

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

var rewrite = flag.Bool("rewrite", false, "write what the Desk does into testdata/desk, to be read before it is committed")

// TestScenarios plays testdata/desk: one command a line, and below it, indented,
// what the Desk did. The commands are those of scene.run.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/desk/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(text))
			if *rewrite {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(text) {
				t.Errorf("%s: the Desk did\n%s", name, got)
			}
		})
	}
}

func play(t *testing.T, text string) string {
	var out strings.Builder
	s := newScene(t, 1)
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "== "): // a scene of its own
			s = newScene(t, 1)
			out.WriteString(line)
		case strings.HasPrefix(line, "  "):
		case strings.TrimSpace(line) == "" || line[0] == '#':
			out.WriteString(line)
		default:
			out.WriteString(line)
			for _, did := range s.run(strings.Fields(line)) {
				out.WriteString("  " + did + "\n")
			}
		}
	}
	return out.String()
}

// scene is a Desk with one strategy on one instrument (tick 1, point value 1) and
// a gate that says yes as long as there are tokens.
type scene struct {
	t      *testing.T
	desk   *Desk
	now    Time
	seq    uint64
	tokens int
	never  map[Class]bool // classes that the gate refuses for good
}

func newScene(t *testing.T, strategies int) *scene {
	u := NewUniverse()
	id, err := u.Add("X", Spec{Root: "X", Tick: NanoScale, PointValue: decimal.NewFromInt(1)})
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, tokens: 1 << 30, never: map[Class]bool{}}
	s.desk = NewDesk(DeskConfig{Universe: u, Gate: s, Cash: Dollars(1000)})
	for range strategies {
		s.desk.Join(Member{Name: "s", Instrument: id})
	}
	return s
}

func (s *scene) Judge(_ *Book, r *Request) (Permit, *Denial) {
	switch {
	case s.never[r.Class]:
		return Permit{}, &Denial{Code: "refused", Text: "not in this scene", Retry: NoTime}
	case s.tokens == 0:
		return Permit{}, &Denial{Code: Throttled, Text: "no tokens", Retry: s.now + Time(time.Second)}
	}
	s.tokens--
	return Grant(r), nil
}

func (s *scene) number(w string) int64 {
	n, err := strconv.ParseInt(w, 10, 64)
	if err != nil {
		s.t.Fatalf("%q is not a number", w)
	}
	return n
}

// run does one command: quote BID ASK; tokens N; patience SECONDS (of what may wait); never CLASS; timer ID; wait
// SECONDS; seq N; submit, amend, cancel, cancelall, flatten; manual buy|sell QTY
// PRICE, a trade by hand; restart, after which another Desk goes on with the state;
// overruns, which says how many there were; and reports by their names: accepted ORDER, filled ORDER QTY PRICE LEAVES, changed ORDER LEAVES LIMIT STOP.
func (s *scene) run(w []string) []string {
	switch w[0] {
	case "quote":
		return s.step(&Quote{
			At: s.now, Bid: Price(s.number(w[1])), Ask: Price(s.number(w[2])), Last: NoPrice,
			BidSize: UnknownQty, AskSize: UnknownQty, LastSize: UnknownQty, Volume: UnknownQty,
		})
	case "tokens":
		s.tokens = int(s.number(w[1]))
	case "seq":
		s.seq = uint64(s.number(w[1])) - 1
	case "wait":
		s.now += Time(s.number(w[1])) * Time(time.Second)
	case "never":
		for c := range classes {
			s.never[c] = c.String() == w[1]
		}
	case "timer":
		return s.step(&TimerFired{At: s.now, ID: uint64(s.number(w[1]))})
	case "patience":
		s.desk.cfg.EntryWait = time.Duration(s.number(w[1])) * time.Second
	case "manual":
		side := map[string]Side{"buy": Buy, "sell": Sell}[w[1]]
		return s.step(&Adoption{
			At: s.now, Filled: Qty(s.number(w[2])), Notional: s.number(w[2]) * s.number(w[3]),
			Terms: Terms{Side: side, Qty: Qty(s.number(w[2])), Limit: NoPrice, Stop: NoPrice},
		})
	case "restart":
		next := NewDesk(s.desk.cfg)
		if err := next.RestoreState(s.desk.AppendState(nil)); err != nil {
			s.t.Fatal(err)
		}
		s.desk = next
	case "overruns":
		return []string{fmt.Sprint(s.desk.Overruns())}
	case "link":
		return s.step(&LinkChange{At: s.now, State: LinkUp})
	case "submit", "amend", "cancel", "cancelall", "flatten":
		return s.step(s.intent(w))
	default:
		return s.step(s.report(w))
	}
	return nil
}

// intent reads: submit REF buy|sell QTY [limit P] [stop P] [stoploss P] [target P];
// amend REF [qty N] [limit P] [stop P]; cancel REF; cancelall; flatten.
func (s *scene) intent(w []string) *Intent {
	s.seq++
	i := &Intent{At: s.now, Seq: s.seq, StopLoss: NoPrice, Target: NoPrice, Terms: Terms{Limit: NoPrice, Stop: NoPrice}}
	i.Kind = map[string]IntentKind{"submit": Submit, "amend": Amend, "cancel": Withdraw, "cancelall": CancelAll, "flatten": Flatten}[w[0]]
	if len(w) > 1 {
		i.Ref = Ref(s.number(w[1]))
		w = w[2:]
	}
	if i.Kind == Submit {
		i.Terms.Side = map[string]Side{"buy": Buy, "sell": Sell}[w[0]]
		i.Terms.Qty = Qty(s.number(w[1]))
		w = w[2:]
	}
	for ; len(w) > 1; w = w[2:] {
		n := s.number(w[1])
		switch w[0] {
		case "qty":
			i.Terms.Qty = Qty(n)
		case "limit":
			i.Terms.Limit = Price(n)
			i.Terms.Type |= Limit
		case "stop":
			i.Terms.Stop = Price(n)
			i.Terms.Type |= StopMarket
		case "stoploss":
			i.StopLoss = Price(n)
		case "target":
			i.Target = Price(n)
		}
	}
	return i
}

func (s *scene) report(w []string) *Report {
	r := &Report{At: s.now, Order: OrderID(s.number(w[1])), Kind: reportKinds, Limit: NoPrice, Stop: NoPrice}
	for k, name := range reportNames {
		if name == w[0] {
			r.Kind = ReportKind(k)
		}
	}
	switch r.Kind {
	case reportKinds:
		s.t.Fatalf("unknown command %q", w[0])
	case Filled:
		r.Qty, r.Price, r.Leaves = Qty(s.number(w[2])), Price(s.number(w[3])), Qty(s.number(w[4]))
	case Changed:
		r.Leaves = Qty(s.number(w[2]))
		if w[3] != "-" {
			r.Limit = Price(s.number(w[3]))
		}
		if w[4] != "-" {
			r.Stop = Price(s.number(w[4]))
		}
	}
	return r
}

// step steps the Desk and says what it did.
func (s *scene) step(e Event) []string {
	faults := s.desk.Ignored()
	var did []string
	for _, c := range s.desk.Step(e) {
		switch c := c.(type) {
		case *Send:
			r, err := c.Request()
			if err != nil {
				s.t.Fatal(err)
			}
			did = append(did, fmt.Sprintf("%s %d: %s, %s", r.Kind, r.Order, terms(&r.Terms), r.Class))
		case *Update:
			did = append(did, told(c))
		case *SetTimer:
			did = append(did, fmt.Sprintf("timer %d in %v", c.ID, c.At.Sub(s.now)))
		}
	}
	if s.desk.Ignored() != faults {
		did = append(did, "ignored")
	}
	return did
}

func terms(t *Terms) string {
	text := fmt.Sprintf("%s %d %s", t.Side, t.Qty, t.Type)
	for _, p := range []Price{t.Limit, t.Stop} {
		if p != NoPrice {
			text += fmt.Sprintf(" %d", p)
		}
	}
	if t.OCO != 0 {
		text += fmt.Sprintf(" oco %d", t.OCO)
	}
	return text
}

func told(u *Update) string {
	text := fmt.Sprintf("told %d: order %d ref %d %s, filled %d of %d", u.Seq, u.Order.ID, u.Order.Ref, u.Order.State, u.Order.Filled, u.Order.Terms.Qty)
	if u.Fill.Qty != 0 {
		text += fmt.Sprintf("; fill %d at %d, made %s, holds %d", u.Fill.Qty, u.Fill.Price, u.Fill.PnL, u.Holding.Position)
	}
	if u.Denial != nil {
		text += "; denied: " + string(u.Denial.Code)
	}
	return text
}
