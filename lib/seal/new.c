/* Sealers from options: keys by file, variable or callback. */
#include "base/cleanup.h"
#include "base/text.h"
#include "seal/core.h"
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAME = 63 };

static int fail_memory(korch_error **err)
{
	return korch_error_set(err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
}

static int is_name(const char *name)
{
	static const char LETTERS[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t n = name ? strlen(name) : 0;
	return n > 0 && n <= MAX_NAME && strspn(name, LETTERS) == n;
}

/* What can be said of a key before anything is read. */
static int check_key(const korch_sealer_options *options, size_t i, korch_error **err)
{
	const korch_seal_key *key = &options->keys[i];
	if (!is_name(key->name))
		return korch_error_set(err, KORCH_E_INVALID,
		                       "keys[%zu].name: must be 1 to %d of a-z A-Z 0-9 . _ -", i, MAX_NAME);
	for (size_t j = 0; j < i; j++)
		if (strcmp(options->keys[j].name, key->name) == 0)
			return korch_error_set(err, KORCH_E_INVALID, "keys[%zu].name: Duplicate value: \"%s\"",
			                       i, key->name);
	if (!!key->wrap != !!key->unwrap || !!key->file + !!key->environment + !!key->wrap != 1)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "key \"%s\": must have exactly one of file, environment, and wrap "
		                       "with unwrap",
		                       key->name);
	return 0;
}

static int check_options(const korch_sealer_options *options, korch_error **err)
{
	if (!options->n_keys || options->n_keys > KORCH_SEAL_KEYS_MAX - 1)
		return korch_error_set(err, options->n_keys ? KORCH_E_LIMIT : KORCH_E_INVALID,
		                       "%zu keys: must be 1 to %d", options->n_keys,
		                       KORCH_SEAL_KEYS_MAX - 1);
	if (options->n_resources >= KORCH_SEAL_RESOURCES_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "%zu resources, at most %d",
		                       options->n_resources, KORCH_SEAL_RESOURCES_MAX - 1);
	for (size_t i = 0; i < options->n_keys; i++) {
		int code = check_key(options, i, err);
		if (code < 0)
			return code;
	}
	for (size_t i = 0; i < options->n_resources; i++) {
		const char *pattern = korch__text_or_empty(options->resources[i]);
		const char *fault = korch__seal_pattern_fault(pattern);
		if (fault)
			return korch_error_set(err, KORCH_E_INVALID, "resources[%zu]: \"%.80s\": %s", i,
			                       pattern, fault);
	}
	return 0;
}

/* The callback's userdata is the core's from here on only when this succeeds. */
static int add_key(korch__seal_core *core, const korch_seal_key *key, korch_error **err)
{
	korch__seal_kek *kek = NULL;
	int code = korch__seal_core_add_kek(&kek, core, KORCH__SEAL_ENVELOPE, key->name);
	if (code < 0)
		return fail_memory(err);
	uint8_t *room = korch__seal_core_room(core);
	if (key->file)
		code = korch__secret_from_file(room, key->file, core->warnings, err);
	else if (key->environment)
		code = korch__secret_from_environment(room, key->environment, err);
	if (code < 0)
		return korch_error_set(err, code, "key \"%s\"", key->name);
	kek->secret = KORCH__SPAN(room, KORCH_SEAL_KEY_BYTES);
	kek->wrap = key->wrap;
	kek->unwrap = key->unwrap;
	kek->userdata = key->userdata;
	return 0;
}

static int add_rule(korch__seal_core *core, const char *pattern, const korch__seal_kek *before,
                    const korch__seal_kek *behind)
{
	korch__seal_rule *rule = NULL;
	int code = korch__seal_core_rule(&rule, core, pattern);
	if (code < 0 || rule->keys.n > 0) /* named twice */
		return code;
	if (before && korch__vec_push(&rule->keys, before) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < core->keks.n; i++)
		if (core->keks.items[i]->type != KORCH__SEAL_IDENTITY &&
		    korch__vec_push(&rule->keys, (const korch__seal_kek *)core->keks.items[i]) < 0)
			return KORCH_E_NOMEM;
	return behind ? korch__vec_push(&rule->keys, behind) : 0;
}

/* Other resources are plain; what was sealed before they left the list opens still. */
static int add_rules(korch__seal_core *core, const korch_sealer_options *options)
{
	static const char *const SECRETS[] = {"secrets"};
	const char *const *resources = options->resources ? options->resources : SECRETS;
	size_t n = options->resources ? options->n_resources : KORCH_COUNT(SECRETS);
	korch__seal_kek *identity = NULL;
	int code = korch__seal_core_add_kek(&identity, core, KORCH__SEAL_IDENTITY, "");
	for (size_t i = 0; code == 0 && i < n; i++)
		code = add_rule(core, resources[i], NULL, options->accept_plain ? identity : NULL);
	if (code == 0)
		code = add_rule(core, "", identity, NULL);
	if (code == 0)
		core->other = core->rules.items[core->rules.n - 1];
	return code;
}

static int make(korch__seal_core **out, const korch_sealer_options *options, korch_error **err)
{
	_cleanup_core_ korch__seal_core *core = NULL;
	int code = check_options(options, err);
	if (code < 0)
		return code;
	if (korch__seal_core_new(&core) < 0)
		return fail_memory(err);
	for (size_t i = 0; i < options->n_keys; i++) {
		code = add_key(core, &options->keys[i], err);
		if (code < 0)
			return code;
	}
	if (add_rules(core, options) < 0 ||
	    korch_problems_result(core->warnings, NULL) == KORCH_E_NOMEM)
		return fail_memory(err);
	*out = KORCH_STEAL(core);
	return 0;
}

/* From here on nothing fails: callbacks belong to the sealer, variables have done their service. */
static void settle(korch__seal_core *core, const korch_sealer_options *options)
{
	for (size_t i = 0; core && i < options->n_keys; i++) {
		const korch_seal_key *key = &options->keys[i];
		char *text = key->environment ? getenv(key->environment) : NULL;
		core->keks.items[i]->destroy = key->destroy;
		if (text)
			OPENSSL_cleanse(text, strlen(text));
	}
}

static void destroy_keys(const korch_sealer_options *options)
{
	for (size_t i = 0; options->keys && i < options->n_keys; i++)
		if (options->keys[i].destroy)
			options->keys[i].destroy(options->keys[i].userdata);
}

int korch_sealer_new(korch_sealer **out, const korch_sealer_options *options, korch_error **err)
{
	korch__seal_core *core = NULL;
	if (!options || options->size < sizeof(*options))
		return korch_error_set(err, KORCH_E_INVALID, "no options, or a size that is too small");
	int code = KORCH_E_INVALID;
	if (!out || (options->n_keys && !options->keys) ||
	    (options->n_resources && !options->resources))
		korch_error_set(err, code, "no output, keys or resources");
	else
		code = make(&core, options, err);
	korch__seal_core *made = core;
	if (code == 0 && (code = korch__sealer_wrap(out, core)) < 0)
		fail_memory(err);
	if (code < 0)
		destroy_keys(options);
	else
		settle(made, options);
	return code;
}
