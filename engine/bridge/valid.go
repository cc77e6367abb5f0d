package bridge

// maxNesting is how deep values may stand inside each other; deeper is no JSON to
// us, as it is none to encoding/json.
const maxNesting = 10_000

// valid reports whether b is one JSON value, by the same rules as json.Valid, which
// a fuzz test holds it to. It takes a quarter of the time, and a quote's frame is
// read on the way to an order.
func valid(b []byte) bool {
	i, ok := validValue(b, validSpace(b, 0), 0)
	return ok && validSpace(b, i) == len(b)
}

func validSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// validValue steps over a value that begins at i.
func validValue(b []byte, i, depth int) (end int, ok bool) {
	if i >= len(b) {
		return i, false
	}
	switch c := b[i]; {
	case c == '"':
		return validText(b, i)
	case c == '{' || c == '[':
		if depth >= maxNesting {
			return i, false
		}
		if c == '{' {
			return validObject(b, i, depth+1)
		}
		return validArray(b, i, depth+1)
	case c == '-' || c >= '0' && c <= '9':
		return validNumber(b, i)
	case c == 't':
		return validWord(b, i, "true")
	case c == 'f':
		return validWord(b, i, "false")
	case c == 'n':
		return validWord(b, i, "null")
	}
	return i, false
}

func validWord(b []byte, i int, word string) (int, bool) {
	end := i + len(word)
	return end, end <= len(b) && string(b[i:end]) == word
}

func validObject(b []byte, i, depth int) (int, bool) {
	i = validSpace(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1, true
	}
	for ok := true; ; {
		if i >= len(b) || b[i] != '"' {
			return i, false
		}
		if i, ok = validText(b, i); !ok {
			return i, false
		}
		if i = validSpace(b, i); i >= len(b) || b[i] != ':' {
			return i, false
		}
		if i, ok = validValue(b, validSpace(b, i+1), depth); !ok {
			return i, false
		}
		if i = validSpace(b, i); i >= len(b) {
			return i, false
		}
		if b[i] != ',' {
			return i + 1, b[i] == '}'
		}
		i = validSpace(b, i+1)
	}
}

func validArray(b []byte, i, depth int) (int, bool) {
	i = validSpace(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1, true
	}
	for ok := true; ; {
		if i, ok = validValue(b, i, depth); !ok {
			return i, false
		}
		if i = validSpace(b, i); i >= len(b) {
			return i, false
		}
		if b[i] != ',' {
			return i + 1, b[i] == ']'
		}
		i = validSpace(b, i+1)
	}
}

// validText steps over a string. Its bytes need not be UTF-8.
func validText(b []byte, i int) (int, bool) {
	for i++; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1, true
		case c < ' ':
			return i, false
		case c == '\\':
			n := validEscape(b[i+1:])
			if n == 0 {
				return i, false
			}
			i += n
		}
	}
	return i, false
}

// validEscape is the length of what follows a backslash; 0 when it may not follow.
func validEscape(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	switch b[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 1
	case 'u':
		if len(b) < 5 {
			return 0
		}
		for _, c := range b[1:5] {
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
				return 0
			}
		}
		return 5
	}
	return 0
}

// validNumber steps over a number: no leading zeros, no sign but minus, digits on
// both sides of the point.
func validNumber(b []byte, i int) (int, bool) {
	if b[i] == '-' {
		i++
	}
	from := i
	if i = validDigits(b, i); i == from || b[from] == '0' && i > from+1 {
		return i, false
	}
	if i < len(b) && b[i] == '.' {
		from = i + 1
		if i = validDigits(b, from); i == from {
			return i, false
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		from = i
		if i = validDigits(b, i); i == from {
			return i, false
		}
	}
	return i, true
}

func validDigits(b []byte, i int) int {
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	return i
}
