/* Rules, scripts and profiles: finding the rule that counts, and sharing what is the same. */
#include "runtime/sim/script.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <assert.h>
#include <string.h>

enum { RULES_MAX = 4096, SCRIPT_MAX = 65536 };

static const char prefix[] = "sim.korch.dev/";

/* Rules */

int korch__sim_glob(const char *glob, const char *text)
{
	if (!glob)
		return 1;
	if (!text)
		return 0;
	const char *star = NULL, *again = NULL;
	while (*text) {
		if (*glob == '*') {
			star = ++glob;
			again = text;
		} else if (*glob == '?' || (*glob == *text && *glob)) {
			glob++;
			text++;
		} else if (star) {
			glob = star;
			text = ++again;
		} else {
			return 0;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}

static int matches_pod(const char *glob, const sim_subject *subject)
{
	if (!glob)
		return 1;
	if (!subject->pod_name)
		return 0;
	char text[600];
	size_t length = strlen(subject->pod_namespace);
	if (length + strlen(subject->pod_name) + 2 > sizeof(text))
		return 0;
	memcpy(text, subject->pod_namespace, length);
	text[length] = '/';
	memcpy(text + length + 1, subject->pod_name, strlen(subject->pod_name) + 1);
	return korch__sim_glob(glob, text);
}

sim_rule *korch__sim_rule_find(const sim_scripts *scripts, const sim_subject *subject)
{
	for (size_t i = scripts->rules.n; i-- > 0;) {
		sim_rule *rule = scripts->rules.items[i];
		const korch_sim_rule *wanted = &rule->behaviour.rule;
		if (korch__sim_glob(wanted->node, subject->node) &&
		    korch__sim_glob(wanted->image, subject->image) &&
		    korch__sim_glob(wanted->container, subject->container) &&
		    matches_pod(wanted->pod, subject))
			return rule;
	}
	return NULL;
}

int korch__sim_scripts_add(sim_scripts *scripts, const korch_sim_rule *rule, korch_error **err)
{
	if (scripts->rules.n >= RULES_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "more than %d rules", RULES_MAX);
	_cleanup_free_ sim_rule *made = korch__calloc(1, sizeof(*made));
	if (!made || korch__vec_reserve(&scripts->rules, 1) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int r = korch__sim_behaviour_init(&made->behaviour, rule, err);
	if (r < 0)
		return r;
	made->serial = ++scripts->last_serial;
	scripts->rules.items[scripts->rules.n++] = KORCH_STEAL(made);
	return 0;
}

void korch__sim_scripts_clear(sim_scripts *scripts)
{
	for (size_t i = 0; i < scripts->rules.n; i++) {
		korch__sim_behaviour_fini(&scripts->rules.items[i]->behaviour);
		korch__free(scripts->rules.items[i]);
	}
	scripts->rules.n = 0;
}

/* Scripts */

typedef struct script_text {
	const char *data;
	size_t length;
} script_text;

static uint64_t script_hash(const void *key)
{
	const script_text *text = key;
	return korch__hash_bytes(text->data, text->length, 0);
}

static int script_equal(const void *entry, const void *key)
{
	const sim_script *script = entry;
	const script_text *text = key;
	return script->length == text->length && memcmp(script->text, text->data, text->length) == 0;
}

static uint64_t script_entry_hash(const void *entry)
{
	const sim_script *script = entry;
	return korch__hash_bytes(script->text, script->length, 0);
}

static const korch_table_ops script_ops = {script_hash, script_equal, script_entry_hash};

/*
 * The field behind "CONTAINER." or the whole; *container is how long the container's name is, 0:
 * for all.
 */
static const char *field_of(const char *key, size_t *container)
{
	const char *rest = key + sizeof(prefix) - 1;
	const char *dot = strrchr(rest, '.');
	*container = dot ? (size_t)(dot - rest) : 0;
	return dot ? dot + 1 : rest;
}

/* Applies a script to a behaviour: what is for all containers first, then what is for one. */
static int apply(sim_behaviour *behaviour, const sim_script *script, const char *name,
                 korch_error **err)
{
	for (int is_own = 0; is_own < 2; is_own++) {
		for (const char *key = script->text; key < script->text + script->length;) {
			const char *value = key + strlen(key) + 1;
			size_t length;
			const char *field = field_of(key, &length);
			int is_meant = is_own ? length && strlen(name) == length &&
			                            memcmp(key + sizeof(prefix) - 1, name, length) == 0
			                      : !length;
			int r = is_meant ? korch__sim_behaviour_set(behaviour, field, value, err) : 0;
			if (r < 0)
				return r;
			key = value + strlen(value) + 1;
		}
	}
	return korch__sim_behaviour_read(behaviour, err);
}

/* Whether all annotations can be read, also those for single containers. */
static int check(const char *text, size_t length, korch_error **err)
{
	sim_behaviour tried;
	int r = korch__sim_behaviour_init(&tried, NULL, err);
	if (r < 0)
		return r;
	for (const char *key = text; r == 0 && key < text + length;) {
		const char *value = key + strlen(key) + 1;
		size_t container;
		r = korch__sim_behaviour_set(&tried, field_of(key, &container), value, err);
		if (r == 0)
			r = korch__sim_behaviour_read(&tried, err);
		key = value + strlen(value) + 1;
	}
	korch__sim_behaviour_fini(&tried);
	return r;
}

static void collect(korch_buf *buf, const korch_map *annotations)
{
	for (size_t i = 0; annotations && i < annotations->n; i++) {
		const korch_map_entry *entry = &annotations->items[i];
		if (!korch__text_has_prefix(entry->key, prefix))
			continue;
		korch__buf_put(buf, entry->key, strlen(entry->key) + 1);
		korch__buf_put(buf, entry->value, strlen(entry->value) + 1);
	}
}

static int add_script(sim_script **out, sim_scripts *scripts, const korch_buf *buf)
{
	_cleanup_free_ sim_script *script = korch__alloc(sizeof(*script) + buf->len);
	if (!script)
		return KORCH_E_NOMEM;
	script->refs = 1;
	script->length = buf->len;
	memcpy(script->text, buf->data, buf->len);
	int r = korch__table_put(&scripts->texts, script);
	if (r == 0)
		*out = KORCH_STEAL(script);
	return r;
}

int korch__sim_script_get(sim_script **out, sim_scripts *scripts, const korch_map *annotations,
                          korch_error **err)
{
	korch_buf buf;
	korch__buf_init(&buf, SCRIPT_MAX);
	collect(&buf, annotations);
	*out = NULL;
	int r = buf.failed;
	if (r == 0 && buf.len > 0) {
		*out = korch__table_get(&scripts->texts, &(script_text){buf.data, buf.len});
		if (*out)
			(*out)->refs++;
		else if ((r = check(buf.data, buf.len, err)) == 0)
			r = add_script(out, scripts, &buf);
	}
	korch__buf_fini(&buf);
	return r;
}

void korch__sim_script_put(sim_scripts *scripts, sim_script *script)
{
	if (!script || --script->refs > 0)
		return;
	korch__table_remove(&scripts->texts, &(script_text){script->text, script->length});
	korch__free(script);
}

/* Profiles */

typedef struct profile_key {
	uint64_t rule;
	const sim_script *script;
	const char *name;
	const char *image;
} profile_key;

static uint64_t profile_hash(const void *key)
{
	const profile_key *wanted = key;
	return korch__hash_bytes(wanted->image, strlen(wanted->image), wanted->rule) ^
	       korch__hash_string(wanted->name);
}

static int profile_equal(const void *entry, const void *key)
{
	const sim_profile *profile = entry;
	const profile_key *wanted = key;
	return profile->rule == wanted->rule && profile->script == wanted->script &&
	       strcmp(profile->name, wanted->name) == 0 && strcmp(profile->image, wanted->image) == 0;
}

static profile_key key_of(const sim_profile *profile)
{
	return (profile_key){profile->rule, profile->script, profile->name, profile->image};
}

static uint64_t profile_entry_hash(const void *entry)
{
	profile_key key = key_of(entry);
	return profile_hash(&key);
}

static const korch_table_ops profile_ops = {profile_hash, profile_equal, profile_entry_hash};

static sim_profile *make_profile(sim_scripts *scripts, const profile_key *key, const sim_rule *rule)
{
	assert(key->name && key->image);
	size_t name_size = strlen(key->name) + 1, image_size = strlen(key->image) + 1;
	_cleanup_free_ sim_profile *profile =
	    korch__calloc(1, sizeof(*profile) + name_size + image_size);
	if (!profile || korch__sim_behaviour_init(&profile->behaviour,
	                                          rule ? &rule->behaviour.rule : NULL, NULL) < 0)
		return NULL;
	profile->refs = 1;
	profile->rule = key->rule;
	profile->script = (sim_script *)key->script;
	memcpy(profile->name, key->name, name_size);
	memcpy(profile->name + name_size, key->image, image_size);
	profile->image = profile->name + name_size;
	if ((key->script && apply(&profile->behaviour, key->script, key->name, NULL) < 0) ||
	    korch__table_put(&scripts->profiles, profile) < 0) {
		korch__sim_behaviour_fini(&profile->behaviour);
		return NULL;
	}
	if (profile->script)
		profile->script->refs++;
	return KORCH_STEAL(profile);
}

sim_profile *korch__sim_profile_get(sim_scripts *scripts, const sim_subject *subject,
                                    sim_script *script)
{
	const sim_rule *rule = korch__sim_rule_find(scripts, subject);
	profile_key key = {rule ? rule->serial : 0, script, subject->container, subject->image};
	sim_profile *found = korch__table_get(&scripts->profiles, &key);
	if (!found)
		return make_profile(scripts, &key, rule);
	found->refs++;
	return found;
}

void korch__sim_profile_put(sim_scripts *scripts, sim_profile *profile)
{
	if (!profile || --profile->refs > 0)
		return;
	profile_key key = key_of(profile);
	korch__table_remove(&scripts->profiles, &key);
	korch__sim_behaviour_fini(&profile->behaviour);
	korch__sim_script_put(scripts, profile->script);
	korch__free(profile);
}

void korch__sim_scripts_init(sim_scripts *scripts)
{
	*scripts = (sim_scripts){0};
	korch__table_init(&scripts->texts, &script_ops);
	korch__table_init(&scripts->profiles, &profile_ops);
}

void korch__sim_scripts_fini(sim_scripts *scripts)
{
	korch__sim_scripts_clear(scripts);
	korch__vec_fini(&scripts->rules);
	korch__table_fini(&scripts->texts);
	korch__table_fini(&scripts->profiles);
}
