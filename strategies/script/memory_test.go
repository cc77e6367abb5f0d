package script

import (
	"fmt"
	"strings"
	"testing"

	"tollgate/strategies"
)

const hoard = `package hoard

import "tollgate/strategies"

type node struct {
	next *node
	text string
}

var (
	numbers = make([]float64, 1<<20)           // 8 MB
	table   = map[int]int{}                    // 17 bytes an entry
	ring    = &node{text: "0123456789"}        // 24 and 10 bytes
	names   = []string{"abcd", "efgh"}         // 32 and 8 bytes
	again   = numbers[:10]
	line    = strategies.EMA(strategies.Mid(), 9) // the host's
)

func OnStart(ctx *strategies.Context) {
	ring.next = ring
	for i := 0; i < 10000; i++ {
		table[i] = i
	}
}
`

// TestWeight: the variables of a script are weighed, shared ones and rings once, and
// nothing is left of them after a release.
func TestWeight(t *testing.T) {
	p, err := Load(FromText("hoard.go", hoard), Options{Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	p.Handlers.OnStart(new(strategies.Context))
	it := p.Host.(*instance).it
	const want = 8<<20 + 10_000*17
	if got, whole := weightOf(it); !whole || got < want || got > want+10_000 {
		t.Errorf("%d bytes, whole %v, want about %d", got, whole, want)
	}
	release(it)
	if got, _ := weightOf(it); got != 0 {
		t.Errorf("%d bytes after the release", got)
	}
}

func TestWeightOfTooMany(t *testing.T) {
	p, err := Load(FromText("many.go", fmt.Sprintf(`package many

import "tollgate/strategies"

var all [][]int

func OnStart(ctx *strategies.Context) {
	all = make([][]int, %d)
}
`, maxWeighed+1)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	it := p.Host.(*instance).it
	if _, whole := weightOf(it); !whole {
		t.Error("nothing is held, and it was not all looked at")
	}
	p.Handlers.OnStart(new(strategies.Context))
	if _, whole := weightOf(it); whole {
		t.Errorf("more than %d items were looked at", maxWeighed)
	}
}

// TestGuardBlamesWhoHoldsTheMemory, not who happens to run, nor who makes garbage; and
// what it held is given back.
func TestGuardBlamesWhoHoldsTheMemory(t *testing.T) {
	g := newGuard(nil, 256<<20)
	defer g.Close()
	load := func(name, body string) *strategies.Program {
		p, err := Load(FromText(name+".go", "package "+name+"\n\nimport \"tollgate/strategies\"\n\nvar kept [][]byte\n\nfunc OnQuote(ctx *strategies.Context, q *strategies.Quote) {\n"+body+"}\n"), Options{Guard: g})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	busy := load("busy", "\tfor i := 0; i < 1000; i++ {\n\t\tkept = [][]byte{make([]byte, 100)}\n\t}\n")
	leaky := load("leaky", "\tkept = append(kept, make([]byte, 1<<17))\n")
	call := func(p *strategies.Program) (said string) {
		defer func() {
			if v := recover(); v != nil {
				said = p.Locate(v)
			}
		}()
		p.Handlers.OnQuote(new(strategies.Context), new(strategies.Quote))
		return ""
	}
	said := ""
	for n := 0; n < 1<<14 && said == ""; n++ { // 2 GB
		if said := call(busy); said != "" {
			t.Fatalf("who holds nothing was stopped: %s", said)
		}
		said = call(leaky)
	}
	if !strings.Contains(said, "its variables hold the most") {
		t.Errorf("who holds all of it heard %q", said)
	}
	if got, _ := weightOf(leaky.Host.(*instance).it); got != 0 {
		t.Errorf("it still holds %d bytes", got)
	}
	if said := call(leaky); !strings.Contains(said, "memory") {
		t.Errorf("called again it said %q", said)
	}
	for range 100 {
		if said := call(busy); said != "" {
			t.Fatalf("who holds nothing was stopped: %s", said)
		}
	}
}
