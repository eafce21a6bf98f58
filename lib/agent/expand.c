/* $(NAME) in texts, as Kubernetes replaces it. */
#include "agent/env.h"
#include "base/alloc.h"
#include <string.h>

enum { EXPANDED_MAX = 1 << 20 };

/* Puts what stands for "$(NAME)" and returns the rest behind it; the text itself when it is none.
 */
static const char *put_reference(korch_buf *out, const char *at, const korch__env *env)
{
	const char *end = strchr(at + 2, ')');
	if (!end) {
		korch__buf_put(out, "$(", 2);
		return at + 2;
	}
	char *name = korch__strndup(at + 2, (size_t)(end - at - 2));
	const char *value = name ? korch__env_get(env, name) : NULL;
	if (name && !value && env->behind)
		value = korch__env_get(env->behind, name);
	if (!name)
		out->failed = KORCH_E_NOMEM;
	else if (value)
		korch__buf_puts(out, value);
	else
		korch__buf_put(out, at, (size_t)(end + 1 - at));
	korch__free(name);
	return end + 1;
}

char *korch__expand(const char *text, const korch__env *env)
{
	korch_buf out;
	korch__buf_init(&out, EXPANDED_MAX);
	while (*text) {
		const char *dollar = strchr(text, '$');
		if (!dollar) {
			korch__buf_puts(&out, text);
			break;
		}
		korch__buf_put(&out, text, (size_t)(dollar - text));
		if (dollar[1] == '(') {
			text = put_reference(&out, dollar, env);
		} else {
			korch__buf_putc(&out, '$');
			text = dollar + (dollar[1] == '$' ? 2 : 1);
		}
	}
	return korch__buf_steal(&out);
}
