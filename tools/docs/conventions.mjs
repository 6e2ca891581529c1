// Says of the XEP modules what holds for each of them, and fails when an export is not documented.

import { Comment, Converter, ReflectionKind } from 'typedoc';

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      if (!module.name.startsWith('xep/')) continue;
      for (const each of module.children ?? []) if (!isDocumented(each)) describe(each, module);
    }
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    const modules = project.getChildrenByKind(ReflectionKind.Module);
    const missing = modules.flatMap((module) =>
      (module.children ?? []).filter((each) => !isDocumented(each)).map((each) => `${module.name}: ${each.name}`),
    );
    for (const name of missing) app.logger.error(`not documented: ${name}`);
    const count = modules.reduce((sum, { children = [] }) => sum + children.length, 0);
    app.logger.info(`${count} exports of ${modules.length} modules, ${missing.length} not documented`);
  });
}

function isDocumented(reflection) {
  if (reflection.kind === ReflectionKind.Reference || reflection.kind === ReflectionKind.Namespace) return true;
  return reflection.hasComment() || (reflection.signatures ?? []).some((signature) => signature.hasComment());
}

/** The names that every module has, and the codecs, which are named like the elements that they read. */
function describe(reflection, module) {
  const { name, kind } = reflection;
  const say = (text) => {
    reflection.comment = new Comment([{ kind: 'text', text }]);
  };
  if (/^NS(_|$)/.test(name)) say('The namespace.');
  else if (name === 'features') say('What supporting this advertises in service discovery.');
  else if (kind === ReflectionKind.Variable && isCodec(reflection))
    say(`Reads and builds the element \`${kebab(name)}\`.`);
  else if (kind === ReflectionKind.Interface && hasCodec(name, module))
    say(`What the element \`${kebab(name)}\` holds.`);
}

function isCodec({ type }) {
  return ['Codec', 'Shape'].includes(type?.name);
}

/** An interface has a codec of its name, or one for it. */
function hasCodec(name, { children = [] }) {
  return children.some((each) => isCodec(each) && each.type.typeArguments?.some((argument) => argument.name === name));
}

function kebab(name) {
  return name.replace(/[A-Z]/g, (letter, at) => `${at === 0 ? '' : '-'}${letter.toLowerCase()}`);
}
