/**
 * What stands in any complaint, in the five languages, and says nothing of what it is about. Words of two letters and
 * one are passed over anyway. As `plain` of `word-likeness.ts` writes them: small, without accents.
 */
export const EMPTY_WORDS: ReadonlySet<string> = new Set(
  `all and any are but can did for get got had has how its let may new not now off one our out own the too two was who why you
   about after again already also always anymore anything because been before being cannot cant could does doesn doesnt dont
   doing done every from getting have having hello help into isnt just longer look many more need needs never only once
   other please possible problem problems question really same should since some someone something still than thank thanks
   that their them then there these they this trying very want wants were what when where which while will with without
   wont work working works would wrong your

   als auf aus bei bin bis das dem den der des die ein fur gar hat ich ihm ihr ist man mal mir mit neu nur per pro sie und uns
   vom von war was wer wie wir zum zur
   aber alle allem allen aller alles auch beim bitte braucht brauche brauchen dann dass dein deine diese diesem diesen dieser
   dieses doch durch eine einem einen einer eines etwas falsch fehler frage fragen funktioniert funktionieren ganz geht gehen
   gibt haben habe hallo hatte hilfe ihre ihrem ihren ihrer immer jetzt kann keine keinem keinen keiner konnen lasst leider
   mehr mein meine meinem meinen meiner mich mochte muss nach nicht nichts noch oder ohne plotzlich problem probleme schon
   sehr seit sein seine sich sind sowie trotz uber unser unsere unserem unseren unter vielen vom warum weil wenn werden wieder
   will wird wollen wurde zwischen

   aux car ces des est ete les mon nos ont par pas que qui ses son sur ton une vos
   alors apres aucun aucune aussi autre avant avec avoir bonjour besoin cela celle celui cette ceux chez comme comment dans
   depuis donc elle elles encore entre erreur etait etes etre faire fait fois fonctionne fonctionnent fonctionner jamais
   leur leurs lors maintenant mais marche marchent meme merci notre nous parce pendant peut peux plus possible pour pourquoi
   probleme problemes puis quand quel quelle quelque quelques quelqu sans sera sont sous souvent suis tous tout toute toutes
   toujours tres trop vers voici votre vous

   asi aun con del dos esa ese eso fue hay las los mas mis muy por sin sus tus una uno
   ademas ahora algo alguien algun alguna antes aqui aunque ayuda cada como cual cuando cuanto desde despues donde durante
   ella ellas ellos entonces entre error esta estaba estan estar este esto estos falla fallo favor funciona funcionan
   funcionar gracias hace hacer hacia hasta hola igual luego mientras misma mismo mucho muchos muestra nada nadie necesita
   necesito nuestra nuestro nunca otra otro para pero poder porque posible pregunta problema problemas puede puedo pues quien
   quiero sera siempre sigue sino sobre solo somos tambien tampoco tener tengo tiene toda todas todavia todo todos unos usted
   vamos varias varios veces vuelve

   الان التي الذي الى بعد جدا حتى ذلك عدم عند على غير فقط فيه قبل قد كان كل كما كيف لدي لكم لكن لنا ليس متى مثل معنا مني منذ
   هذا هذه هناك هنا هي هو وقد ولا ولم ولن ايضا ارجو اريد احتاج بسبب بعض تعمل تزال حيث خلال دون رجاء سؤال شكرا طلب عندما عليه
   عليها فيها كانت كذلك كلما لدينا لماذا ليست مازال مرحبا مساعده مشكله مشكلتي نحتاج نريد يتم يزال يعمل يعملون يمكن يمكنني
   يوجد يوم`
    .trim()
    .split(/\s+/),
);
