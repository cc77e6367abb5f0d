package indicator

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestTree compares the mean absolute deviation with a loop over the window.
func TestTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "length")
		tr, window := newTree(n), make([]float64, 0, n)
		for i, k := range rapid.SliceOfN(rapid.IntRange(-6, 6), 1, 150).Draw(t, "keys") {
			x, slot := float64(k)/4, i%n
			if i >= n {
				tr.remove(int32(slot))
				window[slot] = x
			} else {
				window = append(window, x)
			}
			tr.insert(int32(slot), x)
			checkTree(t, &tr, window, float64(rapid.IntRange(-8, 8).Draw(t, "center"))/4)
		}
	})
}

func checkTree(t *rapid.T, tr *tree, window []float64, center float64) {
	want := 0.0
	for _, x := range window {
		want += math.Abs(x - center)
	}
	if got := tr.deviation(center); got != want/float64(len(window)) {
		t.Fatalf("deviation of %v from %v is %v, want %v", window, center, got, want/float64(len(window)))
	}
	if root := tr.node[tr.root]; int(root.count) != len(window) {
		t.Fatalf("%d keys in the tree, want %d", root.count, len(window))
	}
}

// TestTreeStaysShallow: keys in order, the worst case of a plain search tree, stay
// far from a chain. The bound is that of a random treap with ample room.
func TestTreeStaysShallow(t *testing.T) {
	tr := newTree(MaxLength)
	for i := range 3 * MaxLength {
		slot := int32(i % MaxLength)
		if i >= MaxLength {
			tr.remove(slot)
		}
		tr.insert(slot, float64(i))
	}
	if d := depth(&tr, tr.root); d > 60 {
		t.Errorf("depth is %d of %d keys", d, MaxLength)
	}
}

func depth(tr *tree, at int32) int {
	if at == none {
		return 0
	}
	return 1 + max(depth(tr, tr.node[at].left), depth(tr, tr.node[at].right))
}
