package script

import (
	"flag"
	"fmt"
	"testing"
)

var (
	fuzzPrograms = flag.Int("script.programs", 120/slower, "number of random programs to compare interpreted and compiled")
	fuzzSeed     = flag.Uint64("script.seed", 1, "seed of the first of them")
)

// randomPrograms is how many of them TestRandomPrograms compares when no flag says
// otherwise.
const randomPrograms = 500 / slower

// TestRandomPrograms compares random programs of the accepted language,
// interpreted and compiled. A program that is refused is counted, not compared;
// too many of them would make the test empty.
func TestRandomPrograms(t *testing.T) {
	const batch = 400
	accepted, refused, codes := 0, 0, map[string]int{} // by code; "type" is constants that overflow
	programs := randomPrograms
	flag.Visit(func(f *flag.Flag) {
		if f.Name == "script.programs" {
			programs = *fuzzPrograms
		}
	})
	for first := 0; first < programs; first += batch {
		texts, passed := map[string]string{}, map[string]*Checked{}
		for i := first; i < min(first+batch, programs); i++ {
			seed := *fuzzSeed + uint64(i)
			name := fmt.Sprintf("r%d", seed)
			text := program(name, randomProgram(seed))
			checked, err := check(FromText("p.go", text), true)
			if err != nil {
				found, ok := err.(Findings)
				if !ok {
					t.Fatalf("%v\n%s", err, text)
				}
				codes[found[0].Code]++
				if testing.Verbose() {
					t.Logf("%v", found)
				}
				refused++
				continue
			}
			accepted++
			texts[name], passed[name] = text, checked
		}
		needGo(t)
		native := compiledUnits(t, merged(t, texts))
		t.Run("batch", func(t *testing.T) {
			for name, checked := range passed {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					compareOne(t, checked, native[name])
				})
			}
		})
	}
	t.Logf("%d accepted and compared, %d refused: %v", accepted, refused, codes)
	if refused > accepted/4 {
		t.Errorf("%d of %d programs refused: the generator has left the language", refused, refused+accepted)
	}
}
