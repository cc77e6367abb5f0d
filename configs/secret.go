package configs

import "strings"

const (
	secretKey = "credentials do not belong in this file, which is copied, committed and shown: " +
		"put the key in an environment variable and name the variable in broker.token_env, " +
		"or in a file of its own and name the file in broker.token_file. " +
		"If a real key stood here, consider it known and make a new one"
	secretValue = "this looks like a credential: " + secretKey
)

// secretNames are keys, in lower case without - and _, under which people keep
// credentials. A key that ends in one of secretEnds is one too.
var (
	secretNames = []string{"key", "auth", "authorization", "bearer", "pwd", "pass", "credential", "credentials", "jwt"}
	secretEnds  = []string{"token", "secret", "password", "passwd", "apikey", "secretkey", "accesskey", "privatekey"}
)

// isSecretKey reports whether a key of the file by its name holds a credential.
func isSecretKey(key string) bool {
	k := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(key))
	for _, name := range secretNames {
		if k == name {
			return true
		}
	}
	for _, end := range secretEnds {
		if strings.HasSuffix(k, end) {
			return true
		}
	}
	return false
}

// looksSecret reports whether a value is a credential beyond doubt: a bearer
// header or a JSON web token.
func looksSecret(v string) bool {
	v = strings.TrimSpace(v)
	if len(v) > 7 && strings.EqualFold(v[:7], "bearer ") {
		return true
	}
	return strings.HasPrefix(v, "eyJ") && strings.Count(v, ".") == 2
}

// exposed reports whether a value is in a place where a credential would be put
// or from where it would spread: parameters are printed in every report. Account
// names elsewhere can look much like a key.
func exposed(path string) bool {
	return strings.HasPrefix(path, "broker.") || strings.Contains(path, ".params")
}

// isBlob reports whether v is one long word of the characters of base64 and hex,
// with at least four digits and four letters.
func isBlob(v string) bool {
	if len(v) < 24 {
		return false
	}
	letters, digits := 0, 0
	for _, c := range v {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letters++
		case c == '-' || c == '_' || c == '+' || c == '=':
		default:
			return false
		}
	}
	return letters >= 4 && digits >= 4
}
