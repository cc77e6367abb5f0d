package indicator

// CCI is Donald Lambert's commodity channel index (Commodities, October 1980;
// StockCharts ChartSchool, "Commodity Channel Index"): the typical price (high +
// low + close)/3, minus its SMA over length bars, over 0.015 times the mean
// absolute deviation from that SMA. A window without deviation gives 0, as in
// TA-Lib. Ready at bar number length.
type CCI struct {
	Line
	s sums
	t tree
}

// NewCCI returns a CCI over length bars, 2 to MaxLength.
func NewCCI(length int) (*CCI, error) {
	if err := checkLength("CCI", "length", length, 2); err != nil {
		return nil, err
	}
	return &CCI{Line: noLine(), s: newSums(length), t: newTree(length)}, nil
}

// Update adds one closed bar.
func (c *CCI) Update(b *Bar) {
	if !b.usable() || c.s.buf == nil {
		return
	}
	x := b.typical()
	slot := c.s.next
	if c.s.full() {
		c.t.remove(int32(slot))
	}
	c.t.insert(int32(slot), x)
	c.s.push(x)
	c.set(c.index(x), c.s.full())
}

func (c *CCI) index(x float64) float64 {
	mean := c.s.mean() // exact when all are equal, so that x-mean is then 0
	deviation := c.t.deviation(mean)
	if deviation == 0 {
		return 0
	}
	return (x - mean) / float64(0.015*deviation)
}

// tree is a treap (Seidel and Aragon 1996) over the slots of a window: a search
// tree by value that knows the count and the sum of each subtree, so that the mean
// absolute deviation takes logarithmic time. Its shape depends only on the inputs:
// the priorities are a fixed sequence. Sums are rebuilt along each changed path and
// never subtracted from, so they do not drift.
type tree struct {
	root int32 // none = empty
	node []treeNode
}

type treeNode struct {
	key         float64
	sum         float64 // of the subtree
	count       int32   // of the subtree
	left, right int32
	priority    uint32
}

const none = int32(-1)

func newTree(size int) tree {
	t := tree{root: none, node: make([]treeNode, size)}
	x := uint32(2463534242) // seed and shifts of Marsaglia 2003, "Xorshift RNGs"
	for i := range t.node {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		t.node[i].priority = x
	}
	return t
}

// less orders slots by key, and equal keys by slot.
func (t *tree) less(a, b int32) bool {
	x, y := t.node[a].key, t.node[b].key
	return x < y || x == y && a < b
}

// fix recomputes a subtree's count and sum from its children.
func (t *tree) fix(i int32) {
	n := &t.node[i]
	n.count, n.sum = 1, n.key
	if n.left != none {
		n.count += t.node[n.left].count
		n.sum += t.node[n.left].sum
	}
	if n.right != none {
		n.count += t.node[n.right].count
		n.sum += t.node[n.right].sum
	}
}

// insert puts a slot that is not in the tree into it.
func (t *tree) insert(slot int32, key float64) {
	t.node[slot].key = key
	t.root = t.insertAt(t.root, slot)
}

func (t *tree) insertAt(at, slot int32) int32 {
	if at == none || t.node[slot].priority > t.node[at].priority {
		n := &t.node[slot]
		n.left, n.right = t.split(at, slot)
		t.fix(slot)
		return slot
	}
	n := &t.node[at]
	if t.less(slot, at) {
		n.left = t.insertAt(n.left, slot)
	} else {
		n.right = t.insertAt(n.right, slot)
	}
	t.fix(at)
	return at
}

// split parts a subtree into the slots below and above the given one.
func (t *tree) split(at, slot int32) (below, above int32) {
	if at == none {
		return none, none
	}
	n := &t.node[at]
	if t.less(at, slot) {
		n.right, above = t.split(n.right, slot)
		below = at
	} else {
		below, n.left = t.split(n.left, slot)
		above = at
	}
	t.fix(at)
	return below, above
}

// remove takes a slot out of the tree, which contains it.
func (t *tree) remove(slot int32) { t.root = t.removeAt(t.root, slot) }

func (t *tree) removeAt(at, slot int32) int32 {
	n := &t.node[at]
	if at == slot {
		return t.merge(n.left, n.right)
	}
	if t.less(slot, at) {
		n.left = t.removeAt(n.left, slot)
	} else {
		n.right = t.removeAt(n.right, slot)
	}
	t.fix(at)
	return at
}

// merge joins two subtrees, all of a below all of b.
func (t *tree) merge(a, b int32) int32 {
	switch {
	case a == none:
		return b
	case b == none:
		return a
	case t.node[a].priority > t.node[b].priority:
		t.node[a].right = t.merge(t.node[a].right, b)
		t.fix(a)
		return a
	default:
		t.node[b].left = t.merge(a, t.node[b].left)
		t.fix(b)
		return b
	}
}

// deviation is the mean absolute distance of the keys from x. The tree is not
// empty.
func (t *tree) deviation(x float64) float64 {
	all := t.node[t.root]
	var count int32
	var sum float64
	for at := t.root; at != none; {
		n := &t.node[at]
		if n.key > x {
			at = n.left
			continue
		}
		count++
		sum += n.key
		if n.left != none {
			count += t.node[n.left].count
			sum += t.node[n.left].sum
		}
		at = n.right
	}
	below := float64(float64(count)*x) - sum
	above := (all.sum - sum) - float64(float64(all.count-count)*x)
	return max(below+above, 0) / float64(all.count)
}
