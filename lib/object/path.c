/* Text of the paths that walkers keep. */
#include "object/path.h"

enum { LEVELS_MAX = 64 };

static void put_step(korch_buf *buf, const korch__path *step)
{
	if (!step->name)
		korch__buf_printf(buf, "[%zu]", step->index);
	else if (step->is_key)
		korch__buf_printf(buf, "[%.256s]", step->name);
	else if (step->name[0])
		korch__buf_printf(buf, "%s%.256s", buf->len ? "." : "", step->name);
}

void korch__path_put(korch_buf *buf, const korch__path *path)
{
	const korch__path *steps[LEVELS_MAX];
	size_t n = 0;
	for (; path && n < LEVELS_MAX; path = path->parent)
		steps[n++] = path;
	if (path)
		korch__buf_puts(buf, "…");
	while (n > 0)
		put_step(buf, steps[--n]);
}

char *korch__path_text(const korch__path *path)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__path_put(&buf, path);
	char *text = korch__buf_steal(&buf);
	korch__buf_fini(&buf);
	return text;
}
