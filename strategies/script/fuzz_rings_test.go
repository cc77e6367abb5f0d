package script

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRandomRings compares programs of random struct types that refer to each other: what
// the interpreter gets wrong there is memory. -script.seed chooses them.
func TestRandomRings(t *testing.T) {
	programs := 200 / slower
	texts, passed, refused := map[string]string{}, map[string]*Checked{}, 0
	for i := range programs {
		name := fmt.Sprintf("g%d", *fuzzSeed+uint64(i))
		text := program(name, randomRing(*fuzzSeed+uint64(i)))
		checked, err := check(FromText("p.go", text), true)
		if found, ok := err.(Findings); ok && found[0].Code == "struct-ring" {
			refused++
			continue
		} else if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		texts[name], passed[name] = text, checked
	}
	needGo(t)
	native := compiledUnits(t, merged(t, texts))
	for name, checked := range passed {
		t.Run(name, func(t *testing.T) { compareOne(t, checked, native[name]) })
	}
	t.Logf("%d compared, %d refused", len(passed), refused)
	if len(passed) < programs/4 || refused == 0 {
		t.Errorf("%d compared, %d refused: the test shows little", len(passed), refused)
	}
}

// ringKinds are the ways a field holds a struct: its type, what sets it and what reads it.
var ringKinds = []struct{ typ, set, read string }{
	{"*TYPE", "FIELD = POINTER", "FIELD.n"},
	{"*TYPE", "FIELD = POINTER", "FIELD.n"},
	{"*TYPE", "FIELD = POINTER", "FIELD.n"},
	{"[]*TYPE", "FIELD = append(FIELD, POINTER)", "FIELD[0].n"},
	{"map[string]*TYPE", "FIELD = map[string]*TYPE{\"k\": POINTER}", "FIELD[\"k\"].n"},
	{"[2]*TYPE", "FIELD[1] = POINTER", "FIELD[1].n"},
	{"[]TYPE", "FIELD = append(FIELD, *POINTER)", "FIELD[0].n"},
	{"map[string]TYPE", "FIELD = map[string]TYPE{\"k\": *POINTER}", "FIELD[\"k\"].n"},
	{"func(*TYPE) int", "FIELD = func(x *TYPE) int { return x.n * 3 }", "FIELD(POINTER)"},
	{"TYPE", "FIELD = *POINTER", "FIELD.n"},
	{"[2]TYPE", "FIELD[1] = *POINTER", "FIELD[1].n"},
}

// wholeKinds are the last of ringKinds, which hold the struct itself.
const wholeKinds = 2

// randomRing is a program with two to four struct types and every field of them set.
func randomRing(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 44))
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	types := 2 + r.IntN(3)
	var sets, reads []string
	for i := range types {
		line("type R%d struct {", i)
		if r.IntN(2) == 0 {
			line("s string")
		}
		for f := range 1 + r.IntN(3) {
			to := r.IntN(types)
			kinds := len(ringKinds)
			if to <= i { // or the type would hold itself
				kinds -= wholeKinds
			}
			kind := ringKinds[r.IntN(kinds)]
			words := strings.NewReplacer("FIELD", fmt.Sprintf("v%d.f%d", i, f), "TYPE", fmt.Sprintf("R%d", to), "POINTER", fmt.Sprintf("v%d", to))
			line("f%d %s", f, words.Replace(kind.typ))
			sets = append(sets, words.Replace(kind.set))
			reads = append(reads, words.Replace(kind.read))
		}
		line("n int\n}")
		line("func (r *R%d) up(k int) int { r.n += k; return r.n }", i)
		line("func (r R%d) copied() R%d { r.n *= 2; return r }", i, i)
		if r.IntN(2) == 0 {
			line("var q%d R%d", i, i)
		}
	}
	line("func Run() {")
	for i := range types {
		line("v%d := &R%d{n: %d}", i, i, 10*(i+1))
	}
	r.Shuffle(len(sets), func(i, j int) { sets[i], sets[j] = sets[j], sets[i] })
	for i, s := range sets {
		line("%s\nv%d.up(%d)", s, i%types, i+1)
	}
	for i := range types {
		line("w%d := v%d.copied()\nw%d.up(1)\nsay(fmt.Sprint(w%d.n, v%d.n))", i, i, i, i, i)
	}
	for _, read := range reads {
		line("say(fmt.Sprint(%s))", read)
	}
	line("}")
	return b.String()
}
