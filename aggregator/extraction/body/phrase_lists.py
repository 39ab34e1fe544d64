"""Lists the set phrases of pages, in the languages news is written in, for `set_phrases`.

A phrase stands between "|" or the ends of a line; "…" stands for some characters between two parts of one sentence.
"""

POINTERS = """
read also|also read|read more|see also|related:|related stories|related article|more:|more on this|don't miss|watch:
lesen sie auch|lies auch|lest auch|mehr zum thema|auch interessant|siehe auch|zum thema:|passend dazu|mehr dazu
à lire aussi|à lire également|a lire :|lire aussi|lire également|lisez aussi|voir aussi|à voir aussi
sur le même sujet
te puede interesar|también te puede interesar|le puede interesar|puede interesarte|te recomendamos|lee también
lea también|leer también|lea además|lee además|lee aquí|ver también|vea también|mira también|más información:
relacionado:
leia também|leia mais|leia ainda|ler também|veja também|saiba mais|confira também|relacionado|relacionadas
leggi anche|leggi pure|leggi qui|vedi anche|guarda anche|approfondisci|per approfondire|potrebbe interessarti
ti potrebbe interessare|lees ook|lees meer|bekijk ook|zie ook|les også|læs også|se også|läs också|läs även|läs mer
lue myös
czytaj też|czytaj także|czytaj również|czytaj więcej|zobacz też|zobacz także|zobacz również|przeczytaj też
przeczytaj także|przeczytaj również|polecamy|warto przeczytać
читайте также|читать также|читайте по теме|читайте еще|смотрите также|смотреть также|материалы по теме|по теме:
читайте також|читайте теж|дивіться також|přečtěte si|čtěte také|čítajte tiež|prečítajte si|olvassa el|olvasd el
citește și|citiți și|прочетете още|вижте още|διαβάστε επίσης|διαβάστε ακόμη|δείτε επίσης|ayrıca okuyun|ilgili haber
bunu da okuyun|bunlar da ilginizi çekebilir|baca juga|simak juga|xem thêm|đọc thêm|यह भी पढ़ें|ये भी पढ़ें
इसे भी पढ़ें
もっと読む|あわせて読みたい|併せて読みたい|関連記事|関連ニュース|関連：|関連:|関連】|こちらも読む|合わせて読みたい
相关阅读|相关新闻|相关文章|相关报道|延伸阅读|延伸閱讀|推荐阅读|推薦閱讀|相關新聞|相關文章|更多新聞|更多阅读|同场加映
看更多
관련기사|관련 기사|관련뉴스|관련 뉴스|함께 읽|더 읽|이 기사도|추천 기사|추천기사|อ่านเพิ่มเติม|อ่านต่อ
ข่าวที่เกี่ยวข้อง|เรื่องที่เกี่ยวข้อง
اقرأ أيضا|اقرأ أيضًا|اقرأ ايضا|إقرأ أيضا|إقرأ أيضًا|اقرأ المزيد|اقرئي أيضا|طالع أيضا|طالع أيضًا|شاهد أيضا|شاهد أيضًا
انظر أيضا|مواضيع ذات صلة
أخبار ذات صلة|قد يعجبك|قد يهمك|بیشتر بخوانید|همچنین بخوانید|بخوانید|مطالب مرتبط|یہ بھی پڑھیں|קראו גם|קראו עוד
לקריאה נוספת|עוד בנושא
"""
"""Begin a pointer to another article."""

ADDRESSES = """
allow … content?|this article contains content|to view this content|we ask for your permission|our standards:
an dieser stelle finden sie|empfohlener externer inhalt|externer inhalt|empfohlener redaktioneller inhalt
ich bin damit einverstanden|um diesen inhalt anzu|dieser inhalt wird von|hier klicken, um den inhalt
ce contenu est bloqué|ce contenu est fourni|pour pouvoir le visualiser|pour afficher ce contenu
este contenido está bloqueado|este contenido está alojado|para ver este contenido|contenido externo
este conteúdo está bloqueado|para ver este conteúdo|questo contenuto è bloccato|per visualizzare questo contenuto
deze content is geblokkeerd|om deze content te|wij hebben uw toestemming|aby zobaczyć tę treść|aby wyświetlić tę treść
чтобы посмотреть этот контент|för att se det här innehållet|for å se dette innholdet|for at se dette indhold
subscribe on|listen on|listen and subscribe|available on apple
want … delivered|be first with|get … inbox|get … delivered
sign up to|sign up for|sign up here|sign up now|subscribe to our|subscribe to the … newsletter|subscribe now
subscribe here
subscribe today|you should subscribe|get our … newsletter|get the … newsletter
want more stories|follow us|follow … channel|follow … newsletter|subscribe to … on|subscribe … podcast
follow … on twitter|follow … on x|follow … on facebook|follow … on instagram
follow … on google news|follow … on whatsapp|follow … on telegram|follow … on youtube|follow … on linkedin
join the conversation|our whatsapp channel
be the first to know
by submitting your|by signing up|by subscribing|by entering your|your email address
make sure to click the follow|do you have a story|do you have a tip|do you know more
got a story|got a tip
have you got a story|have a news tip|contact our news
send us a tip|for more stories|for more news|for more … check our|you might also like
you may also like|recommended for you|when you purchase through
when you buy through|if you buy … link|we may earn|we may receive … commission
we earn a commission
this article contains affiliate|this post contains affiliate|this article contains links
this page contains affiliate|affiliate disclosure|affiliate links|as an amazon associate
if you purchase … link|purchases made through … link
by using this site, you|by using this site you
support our newsroom|our journalism needs|help keep news free|help us keep … free|your contribution of as little
please subscribe today|please consider subscribing|please consider supporting
please consider becoming|please consider making
we cannot do this without your
support our journalism|support independent journalism|click here to subscribe|click here to sign|click here to read
click here for more|already a subscriber|already a member|already have an account|not a subscriber
continue reading with|log in to read|log in to continue|sign in to continue
sign in to read
register to read|register for free|create a free account
this article is for subscribers
this article is for our subscribers|this content is for subscribers|this story is for subscribers
this article is exclusive
subscribers only|for subscribers only|you have … articles left|you've read your|start your free trial
start your trial
unlock this article|become a subscriber|cancel anytime|cancel at any time
scroll to continue|article continues|story continues|continue after ad
as a subscriber, you|as a subscriber you|you have … gift articles|send any friend|gift this article|give this article
als abonnent können sie|als abonnentin können sie|als abonnent:in|als abonnent haben sie|als abonnentin haben sie
en tant qu'abonné|en tant qu’abonné|vous pouvez offrir … article|offrir cet article|offrez cet article
como suscriptor,|como suscriptora,|como suscriptor puedes|como suscriptor tienes|regala este artículo
como assinante,|como assinante você|como assinante pode|presenteie
in quanto abbonato|come abbonato|regala questo articolo
als abonnee kun je|als abonnee kunt u|als abonnee heb je|geef dit artikel
som prenumerant kan du|som abonnent kan du|jako prenumerator możesz|jako subskrybent
jetzt … anmelden|jetzt abonnieren|jetzt weiterlesen|jetzt registrieren|jetzt kostenlos
abonnieren sie|abonniere|hier anmelden|hier abonnieren|melden sie sich … newsletter
melde dich … newsletter
folgen sie uns|folge uns|folgen sie … auf|sie sind bereits abonnent|bereits abonnent
bereits registriert
weiterlesen mit
lesen sie weiter mit|diesen artikel weiterlesen|dieser artikel ist exklusiv
dieser artikel ist nur|exklusiv für abonnenten|nur für abonnenten
ihre e-mail-adresse|deine e-mail-adresse|mit ihrer anmeldung|mit meiner anmeldung
mit der anmeldung stimmen|mit der anmeldung stimmst|mit der anmeldung akzeptieren|mit der anmeldung akzeptierst
mit der anmeldung erklären|mit der anmeldung erklärst|mit dem absenden|sie können sich jederzeit abmelden
erhalten sie … newsletter|täglich die wichtigsten|die wichtigsten nachrichten|unser newsletter
schreiben sie uns|schreib uns|haben sie hinweise|haben sie eine geschichte|hast du eine geschichte
kontaktieren sie uns
haben sie fehler|fehler entdeckt|die mit … gekennzeichneten
wir erhalten … provision
dieser artikel enthält affiliate|enthält affiliate|das könnte sie auch|das könnte dich auch|das könnte dir auch
das könnte sie interessieren|unser whatsapp-kanal|newsletter abonnieren|monatlich kündbar|jederzeit kündbar
anmelden und weiterlesen
inscrivez-vous|abonnez-vous|recevez chaque|recevez gratuitement|recevez notre
recevez nos
recevez l'essentiel|recevez l’essentiel|recevez le meilleur|chaque matin, recevez|suivez-nous
rejoignez-nous|rejoignez notre|déjà abonné|cet article est réservé|contenu réservé
réservé aux abonnés|article réservé|pour lire la suite|la suite … abonné|il reste … à lire
il vous reste … article|la suite est réservée
testez gratuitement
essayez gratuitement|votre adresse e-mail|votre adresse email|votre e-mail
en vous abonnant
vous avez une information|vous avez une histoire|contactez-nous|écrivez-nous
cet article contient des liens
vous aimerez aussi|ces articles pourraient
téléchargez notre|s'abonner à partir|je m'abonne
suscríbete|suscríbase|suscribirse|recibe … correo|recibe gratis|recibe las noticias
recibe las últimas|recibe nuestra|recibe nuestro|recibe en tu
síguenos|síganos|sigue … en twitter|sigue … en facebook|sigue … en instagram
sigue … en whatsapp|sigue … en google|sigue todas las noticias|sigue toda la
sigue la información|sigue las últimas
sigue leyendo|ya soy suscriptor|ya eres suscriptor|¿ya eres|¿ya tienes
contenido exclusivo
exclusivo para suscriptores|solo para suscriptores|para seguir leyendo|para continuar leyendo|continúa leyendo
lee sin límites
tu correo electrónico|su correo electrónico|tu email|al suscribirte|¿tienes una historia
¿tienes información
tienes una historia|contacta con nosotros|contáctanos|escríbenos|este artículo contiene enlaces|descarga nuestra
siga-nos|siga … nas redes|entre no nosso
entre no grupo|participe do nosso|participe do grupo|já é assinante|já sou assinante|já tem conta
conteúdo exclusivo|exclusivo para assinantes|para continuar lendo|para continuar a ler|continue lendo|continue a ler
ao se inscrever
ao inscrever-se|seu e-mail|o seu e-mail|seu email|tem uma história|tem uma sugestão|envie-nos
entre em contato|entre em contacto|fale conosco|você também pode gostar|você pode gostar
baixe o nosso|baixe nosso
subscreva|subscrever|subscribe a nossa|este artigo contém links
iscriviti|abbonati|ricevi ogni|ricevi gratis|ricevi tutte|ogni mattina … mail
ogni mattina … posta|ogni mattina … newsletter|seguici
entra nel nostro|sei già abbonato|contenuto riservato|articolo riservato
riservato agli abbonati
per continuare a leggere|continua a leggere con|continua la lettura|la tua email|la tua e-mail|il tuo indirizzo
iscrivendoti
hai una storia|hai una segnalazione|contattaci|questo articolo contiene link
scarica l'app
prova gratis
schrijf je in|schrijf u in|meld je aan|meld u aan|ontvang elke|ontvang dagelijks|ontvang gratis|ontvang onze
elke ochtend … mail|elke ochtend … inbox|abonneer|volg ons|word abonnee|al abonnee
alleen voor abonnees
dit artikel is alleen|voor abonnees|lees verder met|verder lezen|jouw e-mailadres
je e-mailadres
uw e-mailadres|door je aan te melden|door u aan te melden|heb je een tip|heeft u een tip|tip de redactie|mail ons
mail de redactie
dit vind je misschien|misschien vind je|download onze
zapisz się|subskrybuj|zasubskrybuj|codziennie rano … mail|codziennie rano … skrzynk
obserwuj nas|śledź nas|polub nas|masz już konto
masz już subskrypcję|masz już dostęp|artykuł dostępny|treść dostępna|dostęp do … tylko dla|czytaj dalej z
dalsza część artykułu
aby czytać dalej|zapisując się|napisz do nas|masz temat|masz informację
kup prenumeratę
kup dostęp|może cię zainteresować|to może cię
подпишитесь|подписывайтесь|подпишись|подписаться|следите за нами|следите за новостями
читайте нас|мы в телеграм|мы в telegram|мы в соцсет|уже подписчик|уже есть подписка|уже есть аккаунт|уже подписаны
материал доступен|только для подписчиков
чтобы продолжить чтение|чтобы читать дальше|оформите подписку|оформить подписку|ваш e-mail|ваш email
напишите нам
пишите нам|есть новость|есть что рассказать|скачать приложение|нашли ошибку|вам может быть
вас может
підписуйтесь|підпишіться|підписуйтеся|стежте за|вже є
abone ol|abone olun|bültenimize|bültene|e-posta adresi|bizi takip|takip edin|haberleri … takip|üye misiniz
zaten abone
zaten üye|okumaya devam|haberin devamı|bu haber … abone|uygulamamızı|prenumerera|följ oss|följ … på|anmäl dig
få … inkorg|få nyhet
redan prenumerant|är du redan|för prenumeranter|din e-post|tipsa oss|abonner på|abonnér|følg oss|følg os|meld deg på
tilmeld dig|få nyhetsbrev|få vores|få nyhedsbrev|allerede abonnent|er du abonnent|er du allerede|for abonnenter
kun for abonnenter
din e-post|din e-mail|tips oss|tip os|tilaa uutiskirje|tilaa nyt|seuraa meitä|oletko jo|vain tilaajille
lähetä vinkki
přihlaste se|odebírejte|sledujte nás|už mám předplatné|předplaťte|prihláste sa|iratkozzon fel|iratkozz fel|kövessen
abonați-vă
abonează-te|urmărește-ne|urmăriți-ne|абонирайте се|последвайте|εγγραφείτε|ακολουθήστε|κάντε εγγραφή
ikuti kami|berlangganan|đăng ký|theo dõi|सब्सक्राइब|हमें फॉलो|हमसे जुड़ें|न्यूजलेटर|व्हाट्सएप
メールマガジン|メルマガ|ニュースレター|無料会員|会員登録|ログインして|ログインすると|この記事は有料|この記事は会員
有料会員|会員限定|続きを読むには|続きは
残り…文字|フォローする|フォローして|公式line|毎朝…お届け|毎週…お届け|毎日…お届け|情報提供|情報をお寄せ|ご意見
アプリをダウンロード|アプリをインストール|登録はこちら|あなたにおすすめ|すでに会員
订阅|訂閱|关注我们|關注我們|欢迎关注|歡迎關注|点击关注|扫码|扫描…二维码|掃描…qr|下载…客户端|下载…app|下載…app
追蹤我們|加入會員|加入我们|登入後|登入会员|已是会员|已有账号|已是會員
本文为付费|付费阅读|剩余…文章|每天…推送|每日…推送|每天…邮箱|每日…邮箱|每天…送|每日…送|每早…送|每周…推送|每周…邮箱
猜你喜欢|您可能|你可能|投稿邮箱|投稿请|爆料请|新闻爆料|新聞爆料|联系我们
구독하|구독 신청|구독해|뉴스레터|매일 아침|카카오톡|네이버에서|네이버 채널|제보|이미 구독|이미 회원|회원가입
회원 가입|로그인 후|로그인하|유료 회원|유료회원|이메일 주소|팔로우|앱 다운로드|당신이 좋아할
اشترك الآن|اشترك في النشرة|اشترك في نشر|اشترك معنا|اشترك في قنات|اشتركوا في|اشتركي في|تابعنا|تابعونا|تابعوا
انضم إلى قنات|انضم إلينا|انضموا إلى|سجل الآن|سجّل الآن|للاشتراك|لديك حساب|هل أنت مشترك|هل لديك|حمل تطبيق
حمّل|تواصل معنا|راسلنا
بريدك الإلكتروني|كل صباح|عضو شوید|مشترک شوید|ما را دنبال|הירשמו|הרשמו|עקבו|הצטרפו|כבר מנוי|למנויים
"""
"""Begin a sentence that asks the reader for something."""

REQUESTS = """
like us on|find us on|join our|join us on|join … whatsapp
download the … app|enter your email|know more about|have a story|know something|get in touch|send us your
you may be interested|you might be interested|if you click … commission|we independently|some of the links
to continue reading|to read the full|keep reading with|register now|create an account to|unlock unlimited
become a member|advertisement|this advertisement|jetzt testen|jetzt bestellen|hier können sie sich|testen sie
teste jetzt|sind sie bereits|sie haben bereits ein|haben sie bereits ein|du hast bereits ein|du bist bereits
lesen sie jetzt|um diesen artikel|dieser inhalt ist|mit … weiterlesen|mit der anmeldung|mit dem absenden
erhalten sie täglich|wenn sie über … link|wenn sie auf … link|laden sie … app|unterstützen sie|lesen sie diesen
recevez tous|recevez toutes|recevez les|suivez … sur|rejoignez la|vous êtes déjà|il vous reste|profitez de
en vous inscrivant|en cliquant sur|vous aimeriez|cela pourrait vous|ceci pourrait vous|téléchargez … application
soutenez|identifiez-vous|connectez-vous|recibe cada|recibe todas las|regístrate|regístrese|apúntate|sigue las noticias
únete a|si ya eres|ya tienes cuenta|al registrarte|descarga la app|inscreva-se|assine|receba|cadastre-se|siga o … no
siga a … no|junte-se|entre para o|clique aqui|ao assinar|envie sua|pode gostar|baixe o app|faça parte|apoie o
ricevi le|ricevi la|registrati|segui … su|unisciti|sei già|hai già un|inviando|scrivici|scarica la|sostieni
ontvang het|volg … op|ben je al|bent u al|heb je al een|heeft u al|exclusief voor|lees dit artikel|download de app
zapisz na|otrzymuj|dołącz do|jesteś już|twój adres|podaj swój|skontaktuj się|wykup|pobierz aplikację|może ci się
получайте|присоединяйтесь|вступайте|доступно только|нажимая|скачайте|поделитесь|отримуйте|долучайтесь|приєднуйтесь
takip et|skriv til|daftar sekarang|gabung|长按|登录后|احصل على|يصلك|تصلك
"""
"""Begin such a sentence, where something beside the words says so (a link, a form): they begin others too."""

TOUCH = """
stay in touch|keep in touch|stay informed|stay up to date|stay up-to-date|stay in the know|stay connected|stay tuned
stay updated|stay in the loop|never miss a story|never miss an update|don't miss out|don't miss a thing|get the news
bleiben sie auf dem laufenden|bleib auf dem laufenden|bleiben sie informiert|bleib informiert|auf dem laufenden bleiben
nichts mehr verpassen|restez informé|restez informés|restez informé·e|restez connectés|restez à jour
ne manquez rien|mantente informado|mantente informada|mantente al día|manténgase informado|no te pierdas nada
mantenha-se informado|mantenha-se atualizado|fique por dentro|fique informado|fique ligado|não perca nada
resta aggiornato|rimani aggiornato|restate aggiornati|resta informato|resta in contatto|non perderti nulla
blijf op de hoogte|blijf in contact|blijf geïnformeerd|mis niets|bądź na bieżąco|bądź w kontakcie|zostań w kontakcie
будьте в курсе|оставайтесь в курсе|оставайтесь на связи|не пропустите главное|будьте в курсі|залишайтеся на зв'язку
håll dig uppdaterad|håll dig informerad|hold deg oppdatert|hold dig opdateret|pysy ajan tasalla|pysy mukana
haberdar olun|bizi takip edin|gelişmelerden haberdar olun|zůstaňte v obraze|maradjon naprakész|rămâi la curent
μείνετε ενημερωμένοι|最新情報をお届け|最新情報を受け取る|ニュースを受け取る|保持联系|获取最新|随时了解|第一时间
최신 소식 받기|소식 받기|ابق على اطلاع|ابقوا على اطلاع|ابق على تواصل|הישארו מעודכנים|जुड़े रहें|tetap terhubung
"""
"""Head what a page offers so that its readers come back."""

PROMISES = """
every morning|each morning|every day|every week|daily news|the most important|the biggest stories|the latest news
all the news
jeden morgen|jeden tag|täglich|die wichtigsten|das wichtigste|alles wichtige|chaque matin|chaque jour|chaque semaine
l'essentiel|l’essentiel|tous les matins|cada mañana|cada día|cada semana|todas las mañanas|lo más importante
las noticias más|toda manhã|todas as manhãs|todos os dias|todo dia|as principais notícias|as notícias mais|ogni mattina
ogni giorno|ogni settimana|tutte le mattine|le notizie più|elke ochtend|iedere ochtend|elke dag|het belangrijkste nieuws
codziennie|każdego ranka|co tydzień|najważniejsze wiadomości|каждое утро|каждый день|каждую неделю|главные новости
самое важное|щоранку|щодня|головні новини|her sabah|her gün|günün önemli|varje morgon|varje dag|få de viktigaste
de viktigaste|hver morgen|hver dag|de vigtigste|få de vigtigste|de viktigste|joka aamu|tärkeimmät uutiset|každé ráno
každý den|nejdůležitější zprávy|minden reggel|minden nap|în fiecare dimineață|κάθε πρωί|κάθε μέρα|setiap pagi|mỗi sáng
毎朝|毎日|每天|每日|每早|매일|매주|كل صباح|كل يوم|يوميا|هر روز|כל בוקר|हर सुबह|ทุกเช้า
"""
"""Begin what a newsletter promises, below its heading."""

PRINTED = """
a version of this article appears|a version of this article appeared|a version of this article first appeared
a version of this story appears|a version of this story appeared|a version of this story first appeared
this article appeared in the print|this article appears in the print
this article originally appeared in|this story originally appeared in
this story appeared in the print|published in the print edition|appears in print on
dieser artikel erschien|dieser beitrag erschien|dieser text erschien|dieser artikel ist erschienen
dieser text ist zuerst|dieser artikel ist zuerst|dieser artikel stammt aus|erschienen in der gedruckten
cet article est paru|cet article a été publié dans|cet article est extrait
este artículo apareció|este artículo se publicó en|este artículo fue publicado en|este texto se publicó en
este artigo foi publicado|esta reportagem foi publicada|este texto foi publicado
questo articolo è stato pubblicato|questo articolo è uscito|questo articolo è apparso
dit artikel verscheen|dit artikel is verschenen|dit artikel stond in
artykuł ukazał się|tekst ukazał się|статья опубликована в|материал опубликован в
"""
"""Begin the note at an article's end that says where else it was printed."""

POST_LABELS = """
view this post on|view this photo on|a post shared by|a photo shared by|a video shared by|a photo posted by
sieh dir diesen beitrag auf|diesen beitrag auf instagram ansehen|ein beitrag geteilt von
voir cette publication sur|afficher cette publication sur|une publication partagée par|une photo partagée par
ver esta publicación en|ver esta foto en|una publicación compartida|una publicación de
ver esta foto no|ver essa foto no|ver este post no|uma publicação compartilhada
um post compartilhado|uma publicação partilhada
visualizza questo post su|un post condiviso da|dit bericht op instagram bekijken|bekijk dit bericht op
een bericht gedeeld door|wyświetl ten post na|post udostępniony przez|visa detta inlägg på|ett inlägg delat av
se dette innlegget på|et innlegg delt av|vis dette opslag på|et opslag delt af|näytä tämä julkaisu
bu gönderiyi instagram'da gör|посмотреть эту публикацию в|публикация от|переглянути цей допис в
zobrazit příspěvek na|příspěvek sdílený|lihat postingan ini di|sebuah kiriman dibagikan|xem bài viết này trên
この投稿をinstagramで見る|在 instagram 查看|查看这篇|instagram에서 이 게시물 보기
عرض هذا المنشور على
"""
"""Begin what an embedded post shows in place of itself."""

AD_LABELS = """
advertisement|advertisements|advertising|ad|ads|sponsored|sponsored content|paid content|promoted|anzeige
anzeigen|werbung|publicidad|publicidade|publicité|annonce|pubblicità|annuncio|advertentie|reclame|reklame
reklama|reklam|mainos|annons|annonse|hirdetés|oglas|inzerce|inzerát|iklan|quảng cáo|реклама|διαφήμιση|إعلان
اعلان|إعلانات|آگهی|פרסומת|विज्ञापन|โฆษณา|広告|pr|广告|廣告|광고|ilan|publicitate|mainosta|патрокат|на правах рекламы
werbung / anzeige
"""
"""Stand over an advertisement."""

CONTENTS = """
contents|table of contents|in this article|on this page|jump to|inhalt|inhaltsverzeichnis|in diesem artikel
sommaire|table des matières|dans cet article|contenido|contenidos|índice|tabla de contenidos|en este artículo
conteúdo|sumário|índice do conteúdo|neste artigo|indice|contenuti|sommario|in questo articolo|inhoud
inhoudsopgave|in dit artikel|spis treści|содержание|оглавление|зміст|innehåll|innehållsförteckning|innhold
indhold|indholdsfortegnelse|sisällys|sisällysluettelo|içindekiler|目次|目录|目錄|内容|목차|المحتويات|محتويات|daftar isi
mục lục|obsah|tartalom|cuprins|περιεχόμενα
"""
"""Head a table of contents."""

SECTIONS = """
more on this story|more on this topic|more on this|more like this|read next|up next|what to read next|keep reading
mehr zu diesem thema|weitere artikel|weitere themen|lesen sie auch|sur le même thème|à lire aussi|lire aussi
sobre este tema|más sobre este tema|lea también|mais sobre este tema|leggi anche|sullo stesso argomento
meer over dit onderwerp|verder lezen|więcej na ten temat|czytaj też|по теме|ещё по теме|les også|läs mer|lue myös
related topics|related|related stories|related news|more stories|don't miss|latest posts|latest news|latest
most read|most popular|most viewed
popular|trending|trending now|top stories|more from|editor's picks|recommended|you may also like|share this
share this story|share this article|share
tags|topics|read more|stay in touch|newsletter|about us|teilen|artikel teilen|mehr zum thema
das könnte sie auch interessieren|meistgelesen
meist gelesen|neueste artikel|neueste beiträge|aktuelle nachrichten|schlagwörter|themen|empfohlen|impressum
partager|partager cet article
sur le même sujet|à ne pas manquer|derniers articles|les plus lus|à la une|mots-clés|compartir|comparte
comparte esta noticia|compartir en|temas
etiquetas|más leídas|lo más leído|lo más visto|más noticias|últimas noticias|no te pierdas|te puede interesar
relacionadas|noticias relacionadas
archivado en|compartilhe|compartilhar|mais lidas|mais lidos|as mais lidas|últimas notícias|últimas|veja também
leia também|tópicos|assuntos
não perca|partilhar|condividi|i più letti|più letti|le più lette|ultime notizie|ultimi articoli|da non perdere
argomenti|potrebbe interessarti
delen|deel dit artikel|meest gelezen|laatste nieuws|lees ook|onderwerpen|mis niet|udostępnij|najczęściej czytane
najnowsze|najpopularniejsze
ostatnie wpisy|polecane|tematy|tagi|nie przegap|zobacz także|поделиться|читайте также|самое читаемое|популярное
последние новости|свежие новости
новости по теме|не пропустите|теги|рекомендуем|главное сейчас|поділитися|популярне|останні новини|dela|mest läst
senaste nytt|del|mest lest
siste nytt|mest læste|seneste nyt|jaa|luetuimmat|tuoreimmat|paylaş|en çok okunanlar|son haberler|ilgili haberler
bagikan|terpopuler|berita terkait
terkini|chia sẻ|tin liên quan|đọc nhiều|sdílet|nejčtenější|megosztás|legolvasottabb|κοινοποίηση|δημοφιλή
この記事をシェア|シェアする|シェア|関連記事
関連ニュース|アクセスランキング|ランキング|おすすめ|おすすめ記事|人気記事|新着記事|最新記事|最新ニュース|タグ
キーワード|分享|分享到|相关阅读|相关新闻|相关文章|热门文章|热门新闻|热门推荐
热门|最新文章|最新新闻|最新消息|排行榜|点击排行|推荐阅读|推荐|猜你喜欢|标签|責任編輯|责任编辑|相關新聞|熱門新聞
熱門文章|最新文章|延伸閱讀|編輯推薦|공유하기|공유|기사 공유
관련기사|관련 기사|많이 본 뉴스|많이 본 기사|인기 기사|인기기사|최신 기사|최신기사|최신뉴스|추천 기사|태그
주요뉴스|오늘의 주요뉴스|شارك|مشاركة|شارك المقال|شارك الخبر
الأكثر قراءة|الأكثر مشاهدة|آخر الأخبار|أحدث الأخبار|مواضيع ذات صلة|أخبار ذات صلة|لا تفوت|لا يفوتك|اقرأ أيضا|وسوم
كلمات مفتاحية|الوسوم|שתפו|הנקראות ביותר
เรื่องที่เกี่ยวข้อง|ข่าวล่าสุด|แชร์|ข่าวที่เกี่ยวข้อง|शेयर करें|संबंधित खबरें
"""
"""Head what follows an article."""

WEATHER = """
weather|forecast|wetter|météo|tiempo|clima|el tiempo|meteo|previsioni|tempo|previsão|het weer|weer|pogoda|погода
väder|været|vejret|vær|vejr|sää|hava durumu|hava|今日の天気|天気|天气|天氣
今日天气|날씨|오늘의 날씨|الطقس|طقس|حالة الطقس|מזג|cuaca
thời tiết|počasí|időjárás|vreme|vremea|καιρός|मौसम|สภาพอากาศ
"""
"""Begin the weather in a page's head."""

REPLIES = """
reply|reply to this|antworten|auf kommentar antworten|répondre|responder|rispondi|beantwoorden|reageer|reageren
antwoord|odpowiedz|ответить|відповісти|svara|svar|svare|vastaa|yanıtla|cevapla|返信|返信する|回复|回覆
답글|답글쓰기|답글 쓰기
رد|الرد|پاسخ|הגב|ตอบกลับ|balas|trả lời|odpovědět|válasz|răspunde|απάντηση|report|like · reply|reply · report
"""
"""Stand on the button below a comment."""

COMMENTS = """
comments?|discussions?|diskussion(?:en)?|discusión|debate|opinions?|replies|responses?|kommentare?
leserkommentare?|meinungen|commentaires?|réactions?|avis|comentarios?|opiniones|comentários?|commenti|commento
reacties|reactie|komentarz[ey]?|komentarzy|opinie|комментари[яйеи]+|коментар[іияв]*|kommentarer|kommentar
kommenttia|kommentit|yorum|yorumlar|コメント|评论|評論|留言|댓글|تعليقات|تعليق|نظرات|תגובות|ความคิดเห็น|komentar|bình luận
komentářů|komentáře|hozzászólás|comentarii|σχόλια
"""
"""Name comments beside their number; regular expressions."""

WHOSE = """
all|your|the|reader|readers|les|vos|toutes les|ihre|eure|alle|los|tus|sus|os|seus|i|vostri|i vostri
alle|uw|jouw|ваши|все
"""
"""May stand between the number of comments and their name."""
