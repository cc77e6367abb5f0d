package script

import (
	"strings"
	"sync"
	"testing"

	"tollgate/strategies"
)

// hung runs OnStart of a script under a guard and returns what it panics with.
func hung(t *testing.T, g *Guard, text string) (said string) {
	t.Helper()
	p, err := Load(FromText("hung.go", text), Options{Guard: g})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if v := recover(); v != nil {
			said = p.Locate(v)
		}
	}()
	p.Handlers.OnStart(new(strategies.Context))
	return ""
}

func TestHaltStopsLoops(t *testing.T) {
	g := NewGuard(nil)
	defer g.Close()
	for name, body := range map[string]string{
		"plain":   "for n >= 0 { n = (n + 1) % 1000 }",
		"nested":  "for n >= 0 { for i := 0; i < 1000; i++ { n = (n + i) % 1000 } }",
		"calling": "for n >= 0 { step() }",
		"closure": "f := func() { n = (n + 1) % 1000 }\n\tfor n >= 0 { f() }",
	} {
		t.Run(name, func(t *testing.T) {
			said := hung(t, g, "package hung\n\nimport \"tollgate/strategies\"\n\nvar n int\n\nfunc step() { n = (n + 1) % 1000 }\n\nfunc OnStart(ctx *strategies.Context) {\n\t"+body+"\n}\n")
			if !strings.Contains(said, "longer than") {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestGuardStopsMemoryBombs(t *testing.T) {
	g := newGuard(nil, 64<<20)
	defer g.Close()
	said := hung(t, g, `package hung

import "tollgate/strategies"

var all []string

func OnStart(ctx *strategies.Context) {
	text := "0123456789"
	for i := 0; i < 20; i++ {
		text = text + text
	}
	for len(text) > 0 {
		all = append(all, text+"x")
	}
}
`)
	if !strings.Contains(said, "memory") {
		t.Errorf("said %q", said)
	}
}

func TestGuardWarnsOfSlowHandlersAndLeavesTheRestAlone(t *testing.T) {
	var mu sync.Mutex
	var warnings []string
	g := NewGuard(func(text string) {
		mu.Lock()
		defer mu.Unlock()
		warnings = append(warnings, text)
	})
	defer g.Close()
	hung(t, g, "package hung\n\nimport \"tollgate/strategies\"\n\nvar n int\n\nfunc OnStart(ctx *strategies.Context) {\n\tfor n >= 0 { n = (n + 1) % 1000 }\n}\n")
	if said := hung(t, g, "package fine\n\nimport \"tollgate/strategies\"\n\nvar n int\n\nfunc OnStart(ctx *strategies.Context) {\n\tn++\n}\n"); said != "" {
		t.Errorf("a healthy script was stopped: %s", said)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(warnings) == 0 || !strings.Contains(warnings[0], "a handler has been running") {
		t.Errorf("warnings: %q", warnings)
	}
}

func TestStateOverAReload(t *testing.T) {
	c, err := Check(FromText("state.go", `package state

import "tollgate/strategies"

var (
	n    = strategies.Int("n", 1, 1, 9, "a parameter is declared anew")
	Line = strategies.Mid()
	Seen int
	S    struct{ A int }
	lost int
	also []int
	kept = 3
)

func OnStart(ctx *strategies.Context) {
	Seen++
	S.A = n
	lost = kept
	also = append(also, lost)
}
`))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(c.State, " ") != "S Seen" || strings.Join(c.Lost, " ") != "also lost" {
		t.Errorf("state %v, lost %v", c.State, c.Lost)
	}
}
